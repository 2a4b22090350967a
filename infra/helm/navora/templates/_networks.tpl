{{/* Ports of what a pod talks to, from its addresses: (dict "values" .Values "what" "kafka") */}}
{{- define "navora.ports" -}}
{{- if eq .what "kafka" -}}
{{- range .values.kafka.brokers }}{{ splitList ":" . | last }} {{ end -}}
{{- else if eq .what "cassandra" -}}
{{ int .values.cassandra.port }}
{{- else if eq .what "notifications" -}}
{{- range .values.notifications.ports }}{{ int . }} {{ end -}}
{{- else -}}
{{- $url := get (get .values .what) "url" | urlParse -}}
{{- $known := dict "http" "80" "https" "443" "mqtt" "1883" "mqtts" "8883" -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (get $known $url.scheme) -}}
{{- end -}}
{{- end -}}

{{/* (dict "root" $ "component" "processor" "reaches" (list "kafka" …)) */}}
{{- define "navora.egress" -}}
# Names are asked for wherever the cluster answers them.
- ports:
    - { protocol: UDP, port: 53 }
    - { protocol: TCP, port: 53 }
{{- range $what := .reaches }}
- ports:
    {{- range include "navora.ports" (dict "values" $.root.Values "what" $what) | trim | splitList " " | uniq }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
  {{- with get $.root.Values.networkPolicies $what }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}
