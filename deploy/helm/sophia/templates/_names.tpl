{{- define "sophia.name" -}}
{{- if contains "sophia" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-sophia" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "sophia.selector" -}}
app.kubernetes.io/name: sophia
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "sophia.labels" -}}
{{ include "sophia.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "sophia.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "sophia.name" .) -}}
{{- end -}}

{{- define "sophia.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository ($image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- /* The name that people type, from SOPHIA_PUBLIC_URL. */ -}}
{{- define "sophia.host" -}}
{{- (urlParse .Values.settings.SOPHIA_PUBLIC_URL).host | splitList ":" | first -}}
{{- end -}}

{{- /* The claim of the volume with backups. */ -}}
{{- define "sophia.backupClaim" -}}
{{- .Values.backup.existingClaim | default (printf "%s-backups" (include "sophia.name" .)) -}}
{{- end -}}

{{- /* What is wrong between values; what is wrong with one of them the schema says. */ -}}
{{- define "sophia.check" -}}
{{- if and .Values.autoscaling.enabled .Values.keda.enabled -}}
{{- fail "keda.enabled: KEDA makes a scaler of its own; set autoscaling.enabled to false." -}}
{{- end -}}
{{- if and .Values.keda.enabled (not .Values.keda.scalingKey.name) -}}
{{- fail "keda.scalingKey.name: name a Secret with a key that may calendar:read (docs/use/kubernetes.md)." -}}
{{- end -}}
{{- if and .Values.monitoring.serviceMonitor.enabled (not (hasKey .Values.secrets "SOPHIA_METRICS_TOKEN")) -}}
{{- fail "monitoring.serviceMonitor: add SOPHIA_METRICS_TOKEN to secrets; without it nobody but Sophia herself may read /metrics." -}}
{{- end -}}
{{- if and .Values.gateway.enabled (not .Values.gateway.parentRefs) -}}
{{- fail "gateway.parentRefs: name the Gateway that the route hangs on." -}}
{{- end -}}
{{- if and .Values.pgbouncer.enabled (not (hasKey .Values.secrets "DATABASE_DIRECT_URL")) -}}
{{- fail "pgbouncer.enabled: add DATABASE_DIRECT_URL, which leads past the pooler, to secrets." -}}
{{- end -}}
{{- if and .Values.pgbouncer.enabled (or (not .Values.pgbouncer.database.host) (not .Values.pgbouncer.usersSecret)) -}}
{{- fail "pgbouncer.enabled: say pgbouncer.database.host and pgbouncer.usersSecret." -}}
{{- end -}}
{{- if and .Values.pgbouncer.enabled (hasPrefix "verify-" .Values.pgbouncer.tls.mode) (not .Values.pgbouncer.tls.ca.name) -}}
{{- fail "pgbouncer.tls.ca.name: name the Secret with the certificate of the authority that vouches for PostgreSQL; pgbouncer.tls.mode require encrypts and believes any server." -}}
{{- end -}}
{{- if and .Values.externalSecret.enabled (not .Values.externalSecret.store.name) -}}
{{- fail "externalSecret.store.name: name the store that holds the secrets." -}}
{{- end -}}
{{- range $name, $ignored := .Values.externalSecret.data -}}
{{- if not (hasKey $.Values.secrets $name) -}}
{{- fail (printf "externalSecret.data.%s: name it among secrets too; without that nobody reads it." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
