{{/* Processor and alerts: (dict "root" $ "component" "processor" "settings" .Values.processor "port" 9102) */}}
{{- define "navora.consumer" -}}
{{- $connections := include "navora.connections" (dict "root" .root "kafka" .component "cassandra" .component) | fromYaml -}}
{{- $notified := and (eq .component "alerts") .root.Values.notifications.config -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "navora.fullname" .root }}-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "navora.labels" . | nindent 4 }}
spec:
  {{- if not .settings.autoscaling.enabled }}
  replicas: {{ int .settings.replicas }}
  {{- end }}
  strategy:
    # One more would be another member of the group: each change then moves partitions twice.
    rollingUpdate: { maxSurge: 0, maxUnavailable: 1 }
  selector:
    matchLabels:
      {{- include "navora.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "navora.podLabels" . | nindent 8 }}
      {{- if or .settings.podAnnotations $notified }}
      annotations:
        {{- with .settings.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- if $notified }}
        # Read at the start; rules are not here, since they are taken up while it runs.
        navora/notifications: {{ .root.Values.notifications.config | sha256sum }}
        {{- end }}
      {{- end }}
    spec:
      {{- include "navora.podDefaults" (dict "root" .root "serviceAccount" (include "navora.fullname" .root)) | nindent 6 }}
      terminationGracePeriodSeconds: {{ include "navora.gracePeriod" .settings }}
      {{- with include "navora.placement" . | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "navora.image" (dict "root" .root "name" (printf "navora-%s" .component)) }}
          {{- include "navora.containerDefaults" .root | nindent 10 }}
          ports:
            - { name: admin, containerPort: {{ .port }} }
          env:
            {{- include "navora.serviceEnv" . | nindent 12 }}
            {{- toYaml $connections.env | nindent 12 }}
            {{- if .root.Values.rules }}
            - name: NAVORA_RULES_FILE
              value: /etc/navora/rules/rules.yaml
            {{- end }}
            {{- if eq .component "processor" }}
            - name: NAVORA_RETENTION_DAYS
              value: {{ int .root.Values.cassandra.retentionDays | quote }}
            {{- end }}
            {{- if $notified }}
            - name: NAVORA_NOTIFICATIONS_FILE
              value: /etc/navora/notifications/notifications.yaml
            {{- end }}
          {{- include "navora.probes" .root | nindent 10 }}
          resources:
            {{- toYaml .settings.resources | nindent 12 }}
          {{- if or $connections.mounts .root.Values.rules $notified }}
          volumeMounts:
            {{- with $connections.mounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
            {{- if .root.Values.rules }}
            - { name: rules, mountPath: /etc/navora/rules, readOnly: true }
            {{- end }}
            {{- if $notified }}
            - { name: notifications, mountPath: /etc/navora/notifications, readOnly: true }
            {{- end }}
          {{- end }}
      {{- if or $connections.volumes .root.Values.rules $notified }}
      volumes:
        {{- with $connections.volumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- if .root.Values.rules }}
        - name: rules
          configMap: { name: {{ include "navora.fullname" .root }}-rules }
        {{- end }}
        {{- if $notified }}
        - name: notifications
          projected:
            defaultMode: 0440
            sources:
              - configMap: { name: {{ include "navora.fullname" .root }}-notifications }
              {{- with .root.Values.notifications.secret }}
              - secret: { name: {{ . }} }
              {{- end }}
        {{- end }}
      {{- end }}
{{- end -}}
