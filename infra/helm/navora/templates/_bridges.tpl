{{/* Also its client id, since there is one pod of each: the broker keeps its messages under it. */}}
{{- define "navora.bridgeName" -}}
{{ include "navora.fullname" .root }}-bridge-{{ .bridge.name }}
{{- end -}}

{{- define "navora.bridgeEnv" -}}
{{- $values := .root.Values -}}
{{- include "navora.serviceEnv" (dict "root" .root "settings" $values.bridge "port" 9101) }}
- name: NAVORA_MQTT_CLIENT_ID
  value: {{ include "navora.bridgeName" . }}
- name: NAVORA_MQTT_TOPIC
  value: {{ .bridge.topic | quote }}
- name: NAVORA_MQTT_RECEIVE_MAXIMUM
  value: {{ int $values.bridge.receiveMaximum | quote }}
- name: NAVORA_MQTT_SESSION_EXPIRY_SECONDS
  value: {{ int $values.mqtt.sessionExpirySeconds | quote }}
- name: NAVORA_MQTT_DROPS_TOPIC
  value: {{ $values.mqtt.dropsTopic | quote }}
- name: NAVORA_MQTT_HEARTBEAT_SECONDS
  {{- /* The heartbeats of one would vouch for the vehicles of the others. */}}
  value: {{ ternary (int $values.bridge.heartbeatSeconds) 0 (eq (len $values.bridges) 1) | quote }}
{{- end -}}

{{/* Refuses what would break the order of vehicles, or leave messages behind. */}}
{{- define "navora.checkBridges" -}}
{{- $names := list -}}
{{- range $index, $one := .Values.bridges -}}
{{- if has $one.name $names }}{{ fail (printf "two bridges are named %s" $one.name) }}{{ end -}}
{{- $names = append $names $one.name -}}
{{- range $other := slice $.Values.bridges (add $index 1 | int) -}}
{{- $levels := splitList "/" $one.topic -}}
{{- $others := splitList "/" $other.topic -}}
{{- $overlap := eq (len $levels) (len $others) -}}
{{- range $place, $level := $levels -}}
{{- if $overlap -}}
{{- $twin := index $others $place -}}
{{- $overlap = or (eq $level $twin) (eq $level "{vehicleId}") (eq $twin "{vehicleId}") -}}
{{- end -}}
{{- end -}}
{{- if $overlap }}{{ fail (printf "the topics of bridges %s and %s overlap (%s, %s): a vehicle that both hear has no order" $one.name $other.name $one.topic $other.topic) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- $running := (lookup "apps/v1" "StatefulSet" .Release.Namespace "").items | default list -}}
{{- range $set := $running -}}
{{- $labels := $set.metadata.labels | default dict -}}
{{- $bridge := get $labels "navora/bridge" -}}
{{- if and $bridge (eq (get $labels "app.kubernetes.io/instance") $.Release.Name) (not (has $bridge $names)) -}}
{{- fail (printf "bridge %s runs and is no longer in the list: what the broker keeps for it would be left behind. Set retired: true first, and remove it after that upgrade" $bridge) -}}
{{- end -}}
{{- end -}}
{{- end -}}
