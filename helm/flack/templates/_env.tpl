{{/* The environment of a component's container. Arguments: root, component, its values. */}}
{{- define "flack.env" -}}
{{- $root := index . 0 }}{{- $name := index . 1 }}{{- $svc := index . 2 }}{{- $full := include "flack.fullname" $root -}}
- {name: FLACK_LOG_LEVEL, value: {{ $root.Values.chat.logLevel | quote }}}
- {name: FLACK_TRUSTED_PROXIES, value: {{ $root.Values.chat.trustedProxies | quote }}}
- {name: FLACK_DRAIN_SECONDS, value: {{ $svc.drain.closeSeconds | quote }}}
- {name: FLACK_GRACEFUL_TIMEOUT, value: {{ $svc.drain.gracefulSeconds | quote }}}
{{ include "flack.env.redis" $root }}
{{- if has $name (list "api" "worker" "beat") }}
{{ include "flack.env.database" $root }}
- {name: FLACK_DATABASE_POOL_SIZE, value: {{ $root.Values.postgresql.poolSize | quote }}}
{{- end }}
{{- if has $name (list "web" "realtime") }}
- {name: FLACK_API_URL, value: "http://{{ $full }}-api:8000"}
{{- end }}
{{- if has $name (list "api" "web" "realtime") }}
{{ include "flack.env.key" (list $root "FLACK_SERVICE_KEY" "serviceKey") }}
{{- end }}
{{- if eq $name "api" }}
{{ include "flack.env.key" (list $root "FLACK_SIGNING_KEYS" "signingKeys") }}
- {name: FLACK_INSTALLATION_NAME, value: {{ $root.Values.chat.name | quote }}}
- {name: FLACK_SIGNUP, value: {{ $root.Values.chat.signup | quote }}}
- {name: FLACK_RATE_LIMITS_ENABLED, value: {{ $root.Values.chat.rateLimits | quote }}}
{{- end }}
{{- if eq $name "web" }}
{{ include "flack.env.key" (list $root "FLACK_SESSION_KEY" "sessionKey") }}
{{- end }}
{{- if ne $name "web" }}
- {name: FLACK_V1_ENABLED, value: {{ $root.Values.chat.v1.enabled | quote }}}
{{- end }}
{{- if has $name (list "api" "realtime") }}
- {name: FLACK_V1_ANONYMOUS_READ, value: {{ $root.Values.chat.v1.anonymousRead | quote }}}
{{- end }}
{{- if eq $name "realtime" }}
- {name: FLACK_REALTIME_POLLING, value: {{ $root.Values.realtime.polling.enabled | quote }}}
{{- end }}
{{- if eq $name "worker" }}
- {name: FLACK_PREVIEW_ALLOW_ORIGINS, value: {{ join "," $root.Values.chat.previewOrigins | quote }}}
- {name: FLACK_CONCURRENCY, value: {{ $root.Values.worker.concurrency.tasks | quote }}}
- {name: FLACK_PREVIEW_CONCURRENCY, value: {{ $root.Values.worker.concurrency.previews | quote }}}
{{- end }}
{{- if eq $name "beat" }}
- {name: FLACK_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
- {name: FLACK_RELEASE, value: {{ $root.Release.Name | quote }}}
{{- end }}
{{- with include "flack.env.more" $svc }}
{{ trim . }}
{{- end }}
{{- end }}

{{/* Variables that somebody added to a component. A number is written as it is: `quote` would make 1e+06 of a million. */}}
{{- define "flack.env.more" -}}
{{- range $key, $value := .env }}
- {name: {{ $key }}, value: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }}}
{{- end }}
{{- with .extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* One of our own keys as a variable. Arguments: root, variable, name under `secrets.keys`. */}}
{{- define "flack.env.key" -}}
{{- $root := index . 0 -}}
- {name: {{ index . 1 }}, valueFrom: {secretKeyRef: {name: {{ include "flack.secretName" $root }}, key: {{ index $root.Values.secrets.keys (index . 2) }}}}}
{{- end }}

{{/* The key of the password of whom services connect to the bundled PostgreSQL as; empty where that is its owner. */}}
{{- define "flack.servicesPasswordKey" -}}
{{- .Values.secrets.keys.postgresqlServicesPassword | default (.Values.secrets.existingSecret | empty | ternary "postgresql-services-password" "") -}}
{{- end }}

{{/* PostgreSQL, as services connect to it. The password is libpq's own variable, so that it may hold any character. */}}
{{- define "flack.env.database" -}}
{{- $db := .Values.postgresql -}}
{{- $external := $db.external -}}
{{- if $db.enabled -}}
{{- $key := include "flack.servicesPasswordKey" . -}}
- {name: PGPASSWORD, valueFrom: {secretKeyRef: {name: {{ include "flack.secretName" . }}, key: {{ $key | default .Values.secrets.keys.postgresqlPassword }}}}}
- {name: FLACK_DATABASE_URL, value: "postgresql+psycopg://{{ $db.database }}{{ if $key }}_services{{ end }}@{{ include "flack.fullname" . }}-postgresql:5432/{{ $db.database }}"}
{{- else -}}
- {name: PGSSLMODE, value: {{ $external.tls.mode | quote }}} # what a URL itself says wins
{{- if $external.tls.caSecret }}
- {name: PGSSLROOTCERT, value: /etc/flack/postgresql/ca.crt}
{{- end }}
{{- if $external.urlKey }}
- {name: FLACK_DATABASE_URL, valueFrom: {secretKeyRef: {name: {{ $external.existingSecret }}, key: {{ $external.urlKey }}}}}
{{- else }}
- {name: PGPASSWORD, valueFrom: {secretKeyRef: {name: {{ $external.existingSecret }}, key: {{ $external.passwordKey }}}}}
- {name: FLACK_DATABASE_URL, value: "postgresql+psycopg://{{ $external.username }}@{{ $external.host }}:{{ $external.port }}/{{ $external.database }}"}
{{- end }}
{{- end }}
{{- end }}

{{/* PostgreSQL, as its owner: for migrations, beside the above, where services are not the owner. */}}
{{- define "flack.env.owner" -}}
{{- $db := .Values.postgresql -}}
{{- if and $db.enabled (include "flack.servicesPasswordKey" .) -}}
{{ include "flack.env.key" (list . "FLACK_OWNER_DATABASE_PASSWORD" "postgresqlPassword") }}
- {name: FLACK_OWNER_DATABASE_URL, value: "postgresql+psycopg://{{ $db.database }}@{{ include "flack.fullname" . }}-postgresql:5432/{{ $db.database }}"}
{{- else if and (not $db.enabled) $db.external.ownerUrlKey -}}
- {name: FLACK_OWNER_DATABASE_URL, valueFrom: {secretKeyRef: {name: {{ $db.external.existingSecret }}, key: {{ $db.external.ownerUrlKey }}}}}
{{- end }}
{{- end }}

{{/* Redis or Valkey. */}}
{{- define "flack.env.redis" -}}
{{- $external := .Values.redis.external -}}
{{- if .Values.redis.enabled -}}
{{ include "flack.env.key" (list . "REDIS_PASSWORD" "redisPassword") }}
- {name: FLACK_REDIS_URL, value: "redis://:$(REDIS_PASSWORD)@{{ include "flack.fullname" . }}-redis:6379/0"}
{{- else if $external.urlKey -}}
- {name: FLACK_REDIS_URL, valueFrom: {secretKeyRef: {name: {{ $external.existingSecret }}, key: {{ $external.urlKey }}}}}
{{- else -}}
{{- $login := "" -}}
{{- if $external.existingSecret -}}
{{- $login = printf "%s:$(REDIS_PASSWORD)@" $external.username -}}
- {name: REDIS_PASSWORD, valueFrom: {secretKeyRef: {name: {{ $external.existingSecret }}, key: {{ $external.passwordKey }}}}}
{{ end -}}
{{- $scheme := "redis" }}{{- $query := "" -}}
{{- if $external.tls.enabled -}}
{{- $scheme = "rediss" }}{{- $query = "?ssl_cert_reqs=required" -}}
{{- if $external.tls.caSecret }}{{- $query = printf "%s&ssl_ca_certs=/etc/flack/redis/ca.crt" $query }}{{- end -}}
{{- end -}}
- {name: FLACK_REDIS_URL, value: "{{ $scheme }}://{{ $login }}{{ $external.host }}:{{ $external.port }}/{{ $external.database }}{{ $query }}"}
{{- end }}
{{- end }}
