{{/*
What a pod needs to reach what it talks to, as YAML with `env`, `volumes` and `mounts`; secrets become files, read at
each connection, so that they may be replaced while it runs.

(dict "root" $ "kafka" <client> "cassandra" <role, or empty> "mqtt" <bool>)
*/}}
{{- define "navora.connections" -}}
{{- $root := .root -}}
{{- $values := .root.Values -}}
{{- $kafkaClient := get $values.kafka.clients .kafka -}}
{{- $role := "" -}}
{{- if .cassandra }}{{ $role = get $values.cassandra.roles .cassandra }}{{ end -}}
env:
  - name: NAVORA_KAFKA_BROKERS
    value: {{ join "," $values.kafka.brokers | quote }}
  {{- include "navora.fileEnv" (dict "variable" "NAVORA_KAFKA_CA_FILE" "secret" $values.kafka.ca.secret "path" (printf "kafka-ca/%s" $values.kafka.ca.key)) | nindent 2 }}
  {{- include "navora.fileEnv" (dict "variable" "NAVORA_KAFKA_CERT_FILE" "secret" $kafkaClient "path" (printf "kafka/%s" $values.kafka.certKey)) | nindent 2 }}
  {{- include "navora.fileEnv" (dict "variable" "NAVORA_KAFKA_KEY_FILE" "secret" $kafkaClient "path" (printf "kafka/%s" $values.kafka.keyKey)) | nindent 2 }}
  - name: NAVORA_REGISTRY_URL
    value: {{ $values.registry.url | quote }}
  {{- include "navora.fileEnv" (dict "variable" "NAVORA_REGISTRY_CA_FILE" "secret" $values.registry.ca.secret "path" (printf "registry-ca/%s" $values.registry.ca.key)) | nindent 2 }}
  {{- include "navora.loginEnv" (dict "prefix" "NAVORA_REGISTRY" "secret" $values.registry.login.secret "folder" "registry" "keys" $values.registry.login) | nindent 2 }}
  {{- if .cassandra }}
  - name: NAVORA_CASSANDRA_CONTACT_POINTS
    value: {{ join "," $values.cassandra.contactPoints | quote }}
  - name: NAVORA_CASSANDRA_PORT
    value: {{ int $values.cassandra.port | quote }}
  - name: NAVORA_CASSANDRA_DATA_CENTER
    value: {{ $values.cassandra.dataCenter | quote }}
  - name: NAVORA_CASSANDRA_KEYSPACE
    value: {{ $values.cassandra.keyspace | quote }}
  {{- with $values.cassandra.serverName }}
  - name: NAVORA_CASSANDRA_SERVER_NAME
    value: {{ . | quote }}
  {{- end }}
  {{- include "navora.fileEnv" (dict "variable" "NAVORA_CASSANDRA_CA_FILE" "secret" $values.cassandra.ca.secret "path" (printf "cassandra-ca/%s" $values.cassandra.ca.key)) | nindent 2 }}
  {{- include "navora.loginEnv" (dict "prefix" "NAVORA_CASSANDRA" "secret" $role "folder" "cassandra" "keys" $values.cassandra) | nindent 2 }}
  {{- end }}
  {{- if .mqtt }}
  - name: NAVORA_MQTT_URL
    value: {{ $values.mqtt.url | quote }}
  {{- include "navora.fileEnv" (dict "variable" "NAVORA_MQTT_CA_FILE" "secret" $values.mqtt.ca.secret "path" (printf "mqtt-ca/%s" $values.mqtt.ca.key)) | nindent 2 }}
  {{- include "navora.fileEnv" (dict "variable" "NAVORA_MQTT_CERT_FILE" "secret" $values.mqtt.client.secret "path" (printf "mqtt/%s" $values.mqtt.client.certKey)) | nindent 2 }}
  {{- include "navora.fileEnv" (dict "variable" "NAVORA_MQTT_KEY_FILE" "secret" $values.mqtt.client.secret "path" (printf "mqtt/%s" $values.mqtt.client.keyKey)) | nindent 2 }}
  {{- include "navora.loginEnv" (dict "prefix" "NAVORA_MQTT" "secret" $values.mqtt.login.secret "folder" "mqtt-login" "keys" $values.mqtt.login) | nindent 2 }}
  {{- end }}
{{- $secrets := dict "kafka-ca" $values.kafka.ca.secret "kafka" $kafkaClient "registry-ca" $values.registry.ca.secret "registry" $values.registry.login.secret -}}
{{- if .cassandra }}{{ $secrets = merge $secrets (dict "cassandra-ca" $values.cassandra.ca.secret "cassandra" $role) }}{{ end -}}
{{- if .mqtt }}{{ $secrets = merge $secrets (dict "mqtt-ca" $values.mqtt.ca.secret "mqtt" $values.mqtt.client.secret "mqtt-login" $values.mqtt.login.secret) }}{{ end }}
volumes:
  {{- range $name, $secret := $secrets }}
  {{- if $secret }}
  - name: {{ $name }}
    secret:
      secretName: {{ $secret }}
      defaultMode: 0440
  {{- end }}
  {{- end }}
mounts:
  {{- range $name, $secret := $secrets }}
  {{- if $secret }}
  - name: {{ $name }}
    mountPath: /etc/navora/{{ $name }}
    readOnly: true
  {{- end }}
  {{- end }}
{{- end -}}

{{- define "navora.fileEnv" -}}
{{- if .secret }}
- name: {{ .variable }}
  value: /etc/navora/{{ .path }}
{{- end }}
{{- end -}}

{{- define "navora.loginEnv" -}}
{{- if .secret }}
- name: {{ .prefix }}_USERNAME
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .keys.usernameKey }}
- name: {{ .prefix }}_PASSWORD_FILE
  value: /etc/navora/{{ .folder }}/{{ .keys.passwordKey }}
{{- end }}
{{- end -}}
