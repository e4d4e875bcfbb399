{{/*
How a pod ends, in one place:

  0 s                 the pod is marked as ending; the Service and the ingress controller begin to forget it
  preStopSeconds      it gets SIGTERM; sockets are closed over closeSeconds, requests and tasks in hand end; api and web
                      close their door when nobody has come for two seconds, at the latest after closeSeconds
  + gracefulSeconds   what is still open is cut
  + marginSeconds     what is still running is killed at terminationGracePeriodSeconds

preStopSeconds + gracefulSeconds + marginSeconds <= terminationGracePeriodSeconds, else nothing is rendered.
Arguments: component, its values.
*/}}
{{- define "flack.grace" -}}
{{- $name := index . 0 }}{{- $svc := index . 1 }}{{- $drain := $svc.drain -}}
{{- $needed := add $drain.preStopSeconds $drain.gracefulSeconds $drain.marginSeconds -}}
{{- if gt $needed (int64 $svc.terminationGracePeriodSeconds) -}}
{{- fail (printf "%s.drain: preStopSeconds (%v) + gracefulSeconds (%v) + marginSeconds (%v) = %v is more than %s.terminationGracePeriodSeconds (%v)." $name $drain.preStopSeconds $drain.gracefulSeconds $drain.marginSeconds $needed $name $svc.terminationGracePeriodSeconds) -}}
{{- end -}}
{{- if gt (int64 $drain.closeSeconds) (int64 $drain.gracefulSeconds) -}}
{{- fail (printf "%s.drain.closeSeconds (%v) is more than %s.drain.gracefulSeconds (%v)." $name $drain.closeSeconds $name $drain.gracefulSeconds) -}}
{{- end -}}
{{ $svc.terminationGracePeriodSeconds }}
{{- end }}
