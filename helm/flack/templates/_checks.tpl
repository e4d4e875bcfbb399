{{/* What the schema cannot say. Each refusal is one sentence that names the value. */}}
{{- define "flack.checks" -}}
{{- include "flack.checks.images" . -}}
{{- include "flack.checks.env" . -}}
{{- include "flack.checks.databases" . -}}
{{- include "flack.checks.autoscaling" . -}}
{{- include "flack.checks.connections" . -}}
{{- include "flack.checks.ingress" . -}}
{{- include "flack.checks.kinds" . -}}
{{- include "flack.checks.secrets" . -}}
{{- end }}

{{- define "flack.checks.images" -}}
{{- range $name := list "postgresql" "redis" -}}
{{- if hasSuffix ":latest" (index $.Values $name).image -}}
{{- fail (printf "%s.image ends with latest: name a version." $name) -}}
{{- end -}}
{{- end -}}
{{- range $name := list "image" "api" "web" "realtime" "worker" -}}
{{- if eq (index $.Values $name).tag "latest" -}}
{{- fail (printf "%s.tag is latest: name a version, or two pods may run different code." $name) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "flack.checks.env" -}}
{{- range $name := list "api" "web" "realtime" "worker" "beat" -}}
{{- $svc := include "flack.component" (list $ $name) | fromYaml -}}
{{- $own := dict -}}
{{- range include "flack.env" (list $ $name (omit $svc "env" "extraEnv")) | fromYamlArray }}{{ $_ := set $own .name true }}{{ end -}}
{{- range $key := concat (keys ($svc.env | default dict)) ($svc.extraEnv | default list) -}}
{{- $key = kindIs "string" $key | ternary $key (get (kindIs "map" $key | ternary $key dict) "name") -}}
{{- if hasKey $own $key -}}
{{- fail (printf "%s.env or %s.extraEnv sets %s, which the chart sets by a value of its own: set that one (README.md names it)." $name $name $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "flack.checks.databases" -}}
{{- range $name := list "postgresql" "redis" -}}
{{- $section := index $.Values $name -}}
{{- $external := $section.external -}}
{{- $given := or $external.host $external.urlKey -}}
{{- if and $section.enabled $given -}}
{{- fail (printf "%s.enabled is true and %s.external is filled in: choose one (set %s.enabled=false to use your own)." $name $name $name) -}}
{{- end -}}
{{- if not (or $section.enabled $given) -}}
{{- fail (printf "%s.enabled is false and %s.external.host is empty: name your own server there, or leave %s.enabled on." $name $name $name) -}}
{{- end -}}
{{- if and (eq $name "redis") $external.urlKey $external.tls.enabled -}}
{{- fail "redis.external.tls.enabled is true beside redis.external.urlKey: say it in the URL (rediss://…)." -}}
{{- end -}}
{{- if and (not $section.enabled) (not $external.existingSecret) (or $external.urlKey (eq $name "postgresql")) -}}
{{- fail (printf "%s.external.existingSecret is empty: name the Secret that holds the password." $name) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "flack.checks.autoscaling" -}}
{{- range $name := list "api" "web" "realtime" "worker" -}}
{{- $scaling := (include "flack.component" (list $ $name) | fromYaml).autoscaling -}}
{{- if gt (int64 $scaling.minReplicas) (int64 $scaling.maxReplicas) -}}
{{- fail (printf "%s.autoscaling.minReplicas (%v) is more than %s.autoscaling.maxReplicas (%v)." $name $scaling.minReplicas $name $scaling.maxReplicas) -}}
{{- end -}}
{{- if and $scaling.enabled (eq (int64 $scaling.minReplicas) 0) (not (and (eq $name "worker") $.Values.keda.enabled)) -}}
{{- fail (printf "%s.autoscaling.minReplicas is 0: only worker can go down to none, and only with keda.enabled=true." $name) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The bundled PostgreSQL has a connection for every pod that may be; 20 are for beat, migrations and people. */}}
{{- define "flack.checks.connections" -}}
{{- if .Values.postgresql.enabled -}}
{{- $pods := 0 -}}
{{- range $name := list "api" "worker" -}}
{{- $svc := include "flack.component" (list $ $name) | fromYaml -}}
{{- $pods = add $pods ($svc.autoscaling.enabled | ternary $svc.autoscaling.maxReplicas $svc.replicas) -}}
{{- end -}}
{{- $needed := add (mul $pods .Values.postgresql.poolSize) 20 -}}
{{- if gt $needed (int64 .Values.postgresql.maxConnections) -}}
{{- fail (printf "postgresql.maxConnections (%v) is too few: %d pods of api and worker × postgresql.poolSize (%v) + 20 = %d." .Values.postgresql.maxConnections $pods .Values.postgresql.poolSize $needed) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "flack.checks.ingress" -}}
{{- if and .Values.ingress.enabled .Values.ingress.tls.required -}}
{{- range .Values.ingress.hosts -}}
{{- if not .tlsSecret -}}
{{- fail (printf "ingress.hosts: %s has no tlsSecret: name the Secret with its certificate, or set ingress.tls.required=false if TLS ends in front of the ingress controller." .host) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.gateway.enabled (not .Values.gateway.parentRefs) -}}
{{- fail "gateway.parentRefs is empty: name the Gateway that the routes attach to." -}}
{{- end -}}
{{- if and .Values.gateway.enabled .Values.realtime.polling.enabled (not .Values.gateway.sessionPersistence) -}}
{{- fail "realtime.polling.enabled needs gateway.sessionPersistence=true when gateway.enabled is true: long polling must reach the same pod each time." -}}
{{- end -}}
{{- end }}

{{/* Kinds that others install. Checked where a cluster answers. */}}
{{- define "flack.checks.kinds" -}}
{{- if include "flack.live" . -}}
{{- if and .Values.keda.enabled (not (.Capabilities.APIVersions.Has "keda.sh/v1alpha1")) -}}
{{- fail "keda.enabled is true, but this cluster has no keda.sh/v1alpha1: install KEDA first." -}}
{{- end -}}
{{- if and .Values.gateway.enabled (not (.Capabilities.APIVersions.Has "gateway.networking.k8s.io/v1")) -}}
{{- fail "gateway.enabled is true, but this cluster has no gateway.networking.k8s.io/v1: install the Gateway API first." -}}
{{- end -}}
{{- range $name := list "serviceMonitor" "prometheusRule" -}}
{{- if and (index $.Values.monitoring $name).enabled (not ($.Capabilities.APIVersions.Has "monitoring.coreos.com/v1")) -}}
{{- fail (printf "monitoring.%s.enabled is true, but this cluster has no monitoring.coreos.com/v1: install the Prometheus operator first." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Secrets of the person who installs, and their keys. */}}
{{- define "flack.checks.secrets" -}}
{{- with .Values.secrets.existingSecret -}}
{{- $keys := $.Values.secrets.keys -}}
{{- $needed := list $keys.signingKeys $keys.serviceKey $keys.sessionKey -}}
{{- if $.Values.postgresql.enabled }}{{ $needed = append $needed $keys.postgresqlPassword }}{{ end -}}
{{- if and $.Values.postgresql.enabled $keys.postgresqlServicesPassword }}{{ $needed = append $needed $keys.postgresqlServicesPassword }}{{ end -}}
{{- if $.Values.redis.enabled }}{{ $needed = append $needed $keys.redisPassword }}{{ end -}}
{{- range $key := $needed -}}
{{- include "flack.checks.key" (list $ "secrets.existingSecret" $.Values.secrets.existingSecret $key) -}}
{{- end -}}
{{- end -}}
{{- range $name := list "postgresql" "redis" -}}
{{- $section := index $.Values $name -}}
{{- $external := $section.external -}}
{{- if not $section.enabled -}}
{{- with $external.existingSecret -}}
{{- include "flack.checks.key" (list $ (printf "%s.external.existingSecret" $name) . (default $external.passwordKey $external.urlKey)) -}}
{{- end -}}
{{- with $external.ownerUrlKey -}}
{{- include "flack.checks.key" (list $ (printf "%s.external.ownerUrlKey" $name) $external.existingSecret .) -}}
{{- end -}}
{{- with $external.tls.caSecret -}}
{{- include "flack.checks.key" (list $ (printf "%s.external.tls.caSecret" $name) . "ca.crt") -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Only where `lookup` is answered, which the capabilities do not tell: `helm template --api-versions` (Argo CD renders so) has a
cluster's, and asks none. A cluster answers even an empty list with an object. Arguments: root, the value that names the Secret,
the Secret, a key it must have.
*/}}
{{- define "flack.checks.key" -}}
{{- $root := index . 0 }}{{- $value := index . 1 }}{{- $name := index . 2 }}{{- $key := index . 3 -}}
{{- $secret := lookup "v1" "Secret" $root.Release.Namespace $name -}}
{{- if and (not $secret) (lookup "v1" "Secret" $root.Release.Namespace "") -}}
{{- fail (printf "%s: there is no Secret %s in namespace %s." $value $name $root.Release.Namespace) -}}
{{- end -}}
{{- if and $secret (not (hasKey (default dict $secret.data) $key)) -}}
{{- fail (printf "%s: the Secret %s has no key %s." $value $name $key) -}}
{{- end -}}
{{- end }}
