{{/* What `restricted` Pod Security asks of a container, and a root file system that cannot be written. */}}
{{- define "flack.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* The same of a pod. Arguments: root, the numeric user. */}}
{{- define "flack.podSecurity" -}}
runAsNonRoot: true
{{- if (index . 0).Values.security.userIds }}
runAsUser: {{ index . 1 }}
runAsGroup: {{ index . 1 }}
fsGroup: {{ index . 1 }}
{{- end }}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* Certificate authorities of external databases, as volumes and as mounts. Argument: root. */}}
{{- define "flack.caVolumes" -}}
{{- range $name := list "postgresql" "redis" }}
{{- $section := index $.Values $name }}
{{- if and (not $section.enabled) $section.external.tls.caSecret }}
- {name: {{ $name }}-ca, secret: {secretName: {{ $section.external.tls.caSecret }}, items: [{key: ca.crt, path: ca.crt}]}}
{{- end }}
{{- end }}
{{- end }}
{{- define "flack.caMounts" -}}
{{- range $name := list "postgresql" "redis" }}
{{- $section := index $.Values $name }}
{{- if and (not $section.enabled) $section.external.tls.caSecret }}
- {name: {{ $name }}-ca, mountPath: /etc/flack/{{ $name }}, readOnly: true}
{{- end }}
{{- end }}
{{- end }}

{{/* Where pods may stand. Arguments: root, component, its values. */}}
{{- define "flack.scheduling" -}}
{{- $svc := index . 2 -}}
{{- with (index . 0).Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $svc.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $svc.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $svc.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- $leaves := not (kindIs "invalid" $svc.nodeLossSeconds) }}
{{- if or $leaves $svc.tolerations }}
tolerations:
  {{- if $leaves }}
  {{- range $taint := list "not-ready" "unreachable" }}
  - {key: node.kubernetes.io/{{ $taint }}, operator: Exists, effect: NoExecute, tolerationSeconds: {{ $svc.nodeLossSeconds }}}
  {{- end }}
  {{- end }}
  {{- with $svc.tolerations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- $selector := dict "matchLabels" (include "flack.selector" (list (index . 0) (index . 1)) | fromYaml) }}
{{- with $svc.topologySpread }}
topologySpreadConstraints:
  {{- range . }}
  - {{ toYaml (merge (dict "labelSelector" $selector) . (dict "matchLabelKeys" (list "pod-template-hash") "nodeTaintsPolicy" "Honor")) | nindent 4 | trim }}
  {{- end }}
{{- end }}
{{- end }}

{{/* A container that ends when the schema is at least as new as this image's code. Arguments: root, component, its values. */}}
{{- define "flack.waitForSchema" -}}
{{- $root := index . 0 }}{{- $svc := index . 2 -}}
- name: wait-for-schema
  image: {{ include "flack.image" . }}
  imagePullPolicy: {{ $root.Values.image.pullPolicy }}
  command: [python, -m, flack_domain.wait_for_schema]
  env:
    {{- include "flack.env.database" $root | nindent 4 }}
    {{- with include "flack.env.more" $svc }}
    {{- trim . | nindent 4 }}
    {{- end }}
  {{- with $svc.envFrom }}
  envFrom:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  terminationMessagePolicy: FallbackToLogsOnError
  securityContext:
    {{- include "flack.containerSecurity" $root | nindent 4 }}
  resources:
    {{- toYaml $root.Values.migrations.resources | nindent 4 }}
  volumeMounts:
    - {name: tmp, mountPath: /tmp}
    {{- with include "flack.caMounts" $root }}
    {{- trim . | nindent 4 }}
    {{- end }}
    {{- with $svc.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* With `development.sync`: a container that copies the code to where it may be written. Arguments: root, component. */}}
{{- define "flack.copySource" -}}
{{- $root := index . 0 -}}
- name: copy-source
  image: {{ include "flack.image" . }}
  imagePullPolicy: {{ $root.Values.image.pullPolicy }}
  command: [cp, -r, /app/., /source]
  securityContext:
    {{- include "flack.containerSecurity" $root | nindent 4 }}
  resources:
    {{- toYaml $root.Values.migrations.resources | nindent 4 }}
  volumeMounts:
    - {name: source, mountPath: /source}
{{- end }}

{{/* The pod of a component. Arguments: root, component, its values. */}}
{{- define "flack.pod" -}}
{{- $root := index . 0 }}{{- $name := index . 1 }}{{- $svc := index . 2 -}}
metadata:
  labels:
    {{- include "flack.podLabels" (list $root $name) | nindent 4 }}
    {{- with $svc.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $svc.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "flack.fullname" $root }}-{{ $name }}
  automountServiceAccountToken: {{ eq $name "beat" }}
  enableServiceLinks: false # their variables would begin with FLACK_ too
  terminationGracePeriodSeconds: {{ include "flack.grace" (list $name $svc) }}
  securityContext:
    {{- include "flack.podSecurity" (list $root 10001) | nindent 4 }}
  {{- with include "flack.scheduling" . }}
  {{- trim . | nindent 2 }}
  {{- end }}
  {{- $waits := has $name (list "api" "worker" "beat") }}
  {{- $sync := $root.Values.development.sync }}
  {{- if or $waits $sync }}
  initContainers:
    {{- if $sync }}
    {{- include "flack.copySource" (list $root $name) | nindent 4 }}
    {{- end }}
    {{- if $waits }}
    {{- include "flack.waitForSchema" . | nindent 4 }}
    {{- end }}
  {{- end }}
  containers:
    - name: {{ $name }}
      image: {{ include "flack.image" (list $root $name) }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      {{- if $sync }}
      command: [python, -m, flack_kit.reload, flack_{{ $name | replace "beat" "worker" }}]
      {{- end }}
      {{- if has $name (list "worker" "beat") }}
      args: [{{ $name }}]
      {{- end }}
      env:
        {{- include "flack.env" . | nindent 8 }}
      {{- with $svc.envFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        {{- if not (has $name (list "worker" "beat")) }}
        - {name: http, containerPort: 8000}
        {{- end }}
        - {name: metrics, containerPort: 9000}
      # A minute to start; then liveness and readiness, neither of which asks another service.
      startupProbe: {httpGet: {path: /livez, port: metrics}, periodSeconds: 1, failureThreshold: 60, timeoutSeconds: 2}
      readinessProbe: {httpGet: {path: /readyz, port: metrics}, periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 3}
      livenessProbe: {httpGet: {path: /livez, port: metrics}, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5}
      lifecycle: {preStop: {sleep: {seconds: {{ $svc.drain.preStopSeconds }}}}}
      terminationMessagePolicy: FallbackToLogsOnError
      securityContext:
        {{- include "flack.containerSecurity" $root | nindent 8 }}
      resources:
        {{- toYaml $svc.resources | nindent 8 }}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        {{- if $sync }}
        - {name: source, mountPath: /app}
        {{- end }}
        {{- with include "flack.caMounts" $root }}
        {{- trim . | nindent 8 }}
        {{- end }}
        {{- with $svc.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - {name: tmp, emptyDir: {sizeLimit: 256Mi}}
    {{- if $sync }}
    - {name: source, emptyDir: {sizeLimit: 64Mi}}
    {{- end }}
    {{- with include "flack.caVolumes" $root }}
    {{- trim . | nindent 4 }}
    {{- end }}
    {{- with $svc.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
