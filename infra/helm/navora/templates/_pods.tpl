{{/* What the restricted Pod Security Standard asks for, and no token of the API server. */}}
{{- define "navora.podDefaults" -}}
serviceAccountName: {{ .serviceAccount }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{- define "navora.containerDefaults" -}}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  capabilities:
    drop: [ALL]
{{- end -}}

{{/*
Live: the event loop turns; nothing that others do ends a pod. Ready: what it needs answers; it says why if not, and an
update waits for it.
*/}}
{{- define "navora.probes" -}}
startupProbe:
  httpGet: { path: /health/live, port: admin }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /health/live, port: admin }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /health/ready, port: admin }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{/* A stop takes the time to drain, 5 s for leaving groups and connections, and 10 s for a node that is busy. */}}
{{- define "navora.gracePeriod" -}}
{{ add (div (add (int .drainTimeoutMs) 999) 1000) 15 }}
{{- end -}}

{{/* (dict "root" $ "component" "processor" "settings" .Values.processor) */}}
{{- define "navora.placement" -}}
{{- with .settings.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .settings.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .root.Values.topologySpread.enabled }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "navora.selectorLabels" . | nindent 8 }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: {{ .root.Values.topologySpread.whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "navora.selectorLabels" . | nindent 8 }}
{{- end }}
{{- end -}}

{{/* (dict "settings" .Values.processor "port" 9102 "root" $) */}}
{{- define "navora.serviceEnv" -}}
- name: NAVORA_ADMIN_HOST
  value: 0.0.0.0
- name: NAVORA_ADMIN_PORT
  value: {{ .port | quote }}
- name: NAVORA_LOG_LEVEL
  value: {{ .root.Values.logLevel }}
- name: NAVORA_DRAIN_TIMEOUT_MS
  value: {{ int .settings.drainTimeoutMs | quote }}
- name: NODE_OPTIONS
  value: --enable-source-maps --max-old-space-size={{ int .settings.heapMiB }}
{{- with .root.Values.tracing }}
{{- if .url }}
- name: NAVORA_OTLP_URL
  value: {{ .url | quote }}
- name: NAVORA_TRACE_RATIO
  value: {{ float64 .ratio | printf "%f" | quote }}
{{- end }}
{{- end }}
{{- range $name, $value := .settings.extraEnv }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}
