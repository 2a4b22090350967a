{{- define "navora.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 24 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for the name of a bridge behind it, and without dots: client ids are made of it. */}}
{{- define "navora.fullname" -}}
{{- $full := .Values.fullnameOverride -}}
{{- if not $full -}}
{{- $name := include "navora.name" . -}}
{{- $full = ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- end -}}
{{- $full | replace "." "-" | trunc 24 | trimSuffix "-" -}}
{{- end -}}

{{/* Of one component: (dict "root" $ "component" "processor") */}}
{{- define "navora.selectorLabels" -}}
app.kubernetes.io/name: {{ include "navora.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "navora.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{ include "navora.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: navora
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{/* (dict "root" $ "name" "navora-bridge") */}}
{{- define "navora.image" -}}
{{ .root.Values.image.registry }}/{{ .name }}:{{ default .root.Chart.AppVersion .root.Values.image.tag }}
{{- end -}}

{{/* Of pods: without the chart's version, so that they start again only for a change of their own. */}}
{{- define "navora.podLabels" -}}
{{ include "navora.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: navora
{{- end -}}
