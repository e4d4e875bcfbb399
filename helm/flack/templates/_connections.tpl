{{/*
Who talks to whom, as the ingress and egress rules of a NetworkPolicy. Arguments: root, component.

  everybody, or networkPolicy.ingressFrom -> web, api, realtime : 8000
  web, realtime -> api : 8000                    api, worker, beat, migrate -> PostgreSQL
  api, web, realtime, worker, beat -> Redis      worker -> web servers outside (link previews)
  beat -> the Kubernetes API server              Prometheus, KEDA, beat -> all : 9000
*/}}
{{- define "flack.connections" -}}
{{- $root := index . 0 }}{{- $name := index . 1 }}{{- $policy := $root.Values.networkPolicy -}}
{{- $users := dict "postgresql" (list "api" "worker" "beat" "migrate") "redis" (list "api" "web" "realtime" "worker" "beat") -}}
ingress:
  {{- if has $name (list "api" "web" "realtime") }}
  - ports: [{port: http}]
    {{- with $policy.ingressFrom }}
    from:
      {{- toYaml . | nindent 6 }}
      - {podSelector: {matchLabels: {app.kubernetes.io/instance: {{ $root.Release.Name }}}}}
    {{- end }}
  {{- end }}
  {{- if has $name (list "api" "web" "realtime" "worker" "beat") }}
  - ports: [{port: metrics}]
    from:
      - {podSelector: {matchLabels: {{ include "flack.selector" (list $root "beat") | fromYaml | toJson }}}}
      {{- if $root.Values.monitoring.serviceMonitor.enabled }}
      - {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ $root.Values.monitoring.namespace }}}}}
      {{- end }}
      {{- if $root.Values.keda.enabled }}
      - {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ $root.Values.keda.namespace }}}}}
      {{- end }}
  {{- end }}
  {{- if hasKey $users $name }}
  - ports: [{port: {{ $name }}}]
    from:
      {{- range get $users $name }}
      - {podSelector: {matchLabels: {{ include "flack.selector" (list $root .) | fromYaml | toJson }}}}
      {{- end }}
  {{- end }}
egress:
  {{- range $database, $port := dict "postgresql" 5432 "redis" 6379 }}
  {{- if has $name (get $users $database) }}
  {{- $external := (index $root.Values $database).external }}
  {{- if (index $root.Values $database).enabled }}
  - ports: [{port: {{ $port }}}]
    to: [{podSelector: {matchLabels: {{ include "flack.selector" (list $root $database) | fromYaml | toJson }}}}]
  {{- else if or $external.urlKey (and (eq $name "migrate") $external.ownerUrlKey) }}
  - {} # where it stands is known to the Secret only
  {{- else }}
  - ports: [{port: {{ $external.port }}}]
  {{- end }}
  {{- end }}
  {{- end }}
  {{- if has $name (list "web" "realtime" "test") }}
  - ports: [{port: http}]
    to: [{podSelector: {matchLabels: {{ include "flack.selector" (list $root "api") | fromYaml | toJson }}}}]
  {{- end }}
  {{- if eq $name "test" }}
  {{- range list "web" "realtime" }}
  - ports: [{port: http}]
    to: [{podSelector: {matchLabels: {{ include "flack.selector" (list $root .) | fromYaml | toJson }}}}]
  {{- end }}
  {{- end }}
  {{- if eq $name "worker" }}
  - ports: [{{ range $i, $port := $policy.previewPorts }}{{ if $i }}, {{ end }}{port: {{ $port }}}{{ end }}]
    to:
      - ipBlock:
          cidr: 0.0.0.0/0
          except:
            {{- toYaml $policy.previewExcept | nindent 12 }}
      {{- if $policy.previewIPv6 }}
      - ipBlock:
          cidr: 2000::/3 # all of IPv6 that is public; an exception within ::/0 cannot name the IPv4 in it
          except:
            {{- toYaml $policy.previewExceptIPv6 | nindent 12 }}
      {{- end }}
  {{- end }}
  {{- if eq $name "beat" }}
  - ports: [{{ range $i, $port := $policy.apiServerPorts }}{{ if $i }}, {{ end }}{port: {{ $port }}}{{ end }}]
  - ports: [{port: metrics}]
    to: [{podSelector: {matchLabels: {app.kubernetes.io/instance: {{ $root.Release.Name }}}}}]
  {{- end }}
{{- end }}
