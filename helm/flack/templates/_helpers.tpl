{{/* The names and labels that every object uses. */}}

{{- define "flack.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{ (contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name)) | trunc 40 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{/* The labels that select a component's pods: they never change. Arguments: root, component. */}}
{{- define "flack.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ default $root.Chart.Name $root.Values.nameOverride }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* All labels of a component's object. Arguments: root, component. */}}
{{- define "flack.labels" -}}
{{- $root := index . 0 -}}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{ include "flack.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The labels of a pod: without versions, so that a new chart alone restarts nothing. Arguments: root, component. */}}
{{- define "flack.podLabels" -}}
{{ include "flack.selector" . }}
{{- with (index . 0).Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* name, namespace and labels. Arguments: root, component. */}}
{{- define "flack.metadata" -}}
{{- $root := index . 0 -}}
name: {{ include "flack.fullname" $root }}-{{ index . 1 }}
namespace: {{ $root.Release.Namespace }}
labels:
  {{- include "flack.labels" . | nindent 2 }}
{{- end }}

{{/* A component's values: its own section over `defaults`. As YAML. Arguments: root, component. */}}
{{- define "flack.component" -}}
{{- $root := index . 0 -}}
{{- mustMergeOverwrite (deepCopy $root.Values.defaults) (deepCopy (index $root.Values (index . 1))) | toYaml -}}
{{- end }}

{{/* The image of a component; beat runs worker's. Arguments: root, component. */}}
{{- define "flack.image" -}}
{{- $root := index . 0 -}}
{{- $own := index $root.Values (eq (index . 1) "beat" | ternary "worker" (index . 1)) -}}
{{- with $root.Values.image.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ $own.image }}:{{ coalesce $own.tag $root.Values.image.tag $root.Chart.AppVersion }}
{{- end }}

{{/* The Secret that holds the keys. */}}
{{- define "flack.secretName" -}}
{{ default (printf "%s-keys" (include "flack.fullname" .)) .Values.secrets.existingSecret }}
{{- end }}

{{/* "true" where the cluster's kinds are known, empty under a plain `helm template`: every cluster has this group, no client knows it by itself. */}}
{{- define "flack.live" -}}
{{- if .Capabilities.APIVersions.Has "apiregistration.k8s.io/v1" }}true{{ end -}}
{{- end }}
