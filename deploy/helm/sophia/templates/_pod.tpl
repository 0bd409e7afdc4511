{{- /* What every pod of this chart holds to: the restricted profile of the pod security standards, and no word with the cluster. */ -}}
{{- define "sophia.podSecurity" -}}
automountServiceAccountToken: false
# Otherwise a Service named sophia would set SOPHIA_PORT and others in the environment.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "sophia.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{- define "sophia.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "sophia.environment" -}}
env:
  - { name: SOPHIA_HOME, value: /var/lib/sophia/home }
  - { name: SOPHIA_HOST, value: 0.0.0.0 }
  - { name: SOPHIA_PORT, value: "8000" }
  {{- range $name, $value := .Values.settings }}
  # A large number would be written with an exponent.
  - name: {{ $name }}
    value: {{ ternary (int64 $value | toString) (toString $value) (and (kindIs "float64" $value) (eq (floor $value) $value)) | quote }}
  {{- end }}
  {{- range $name, $from := .Values.secrets }}
  - name: {{ $name }}_FILE
    value: /run/secrets/sophia/{{ $name }}
  {{- end }}
  {{- if .Values.files.calendarConfigMap }}
  - { name: SOPHIA_CALENDAR_FILE, value: /etc/sophia/calendar/calendar.yaml }
  {{- end }}
  {{- if .Values.files.personasConfigMap }}
  - { name: SOPHIA_PERSONAS_DIR, value: /etc/sophia/personas }
  {{- end }}
  {{- if .Values.files.mcpSecret }}
  - { name: SOPHIA_MCP_FILE, value: /etc/sophia/mcp/mcp.json }
  {{- end }}
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "sophia.mounts" -}}
volumeMounts:
  - { name: home, mountPath: /var/lib/sophia }
  - { name: scratch, mountPath: /tmp }
  - { name: secrets, mountPath: /run/secrets/sophia, readOnly: true }
  {{- if .Values.files.calendarConfigMap }}
  - { name: calendar, mountPath: /etc/sophia/calendar, readOnly: true }
  {{- end }}
  {{- if .Values.files.personasConfigMap }}
  - { name: personas, mountPath: /etc/sophia/personas, readOnly: true }
  {{- end }}
  {{- if .Values.files.mcpSecret }}
  - { name: mcp, mountPath: /etc/sophia/mcp, readOnly: true }
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- /* All volumes but the home, which each kind of pod has its own way. */ -}}
{{- define "sophia.volumes" -}}
- name: scratch
  emptyDir: { sizeLimit: 1Gi }
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range $name, $from := .Values.secrets }}
      - secret:
          name: {{ $from.name | default (include "sophia.name" $) }}
          items:
            - { key: {{ $from.key | default $name }}, path: {{ $name }} }
      {{- end }}
{{- with .Values.files.calendarConfigMap }}
- name: calendar
  configMap: { name: {{ . }} }
{{- end }}
{{- with .Values.files.personasConfigMap }}
- name: personas
  configMap: { name: {{ . }} }
{{- end }}
{{- with .Values.files.mcpSecret }}
- name: mcp
  secret: { secretName: {{ . }}, defaultMode: 0440 }
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* A pod that runs one command to its end. Its home is the volume with backups where there is one. */ -}}
{{- define "sophia.commandPod" -}}
metadata:
  labels:
    {{- include "sophia.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
    {{- with .root.Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  restartPolicy: Never
  serviceAccountName: {{ .serviceAccount }}
  {{- include "sophia.podSecurity" .root | nindent 2 }}
  {{- include "sophia.pullSecrets" .root | nindent 2 }}
  {{- with .root.Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: sophia
      image: {{ include "sophia.image" .root }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args: {{ toJson .args }}
      {{- include "sophia.environment" .root | nindent 6 }}
        {{- if not .root.Values.backup.enabled }}
        - { name: SOPHIA_HOME_LASTS, value: "no" }
        {{- end }}
      {{- include "sophia.mounts" .root | nindent 6 }}
      resources: {{- toYaml .root.Values.resources | nindent 8 }}
      {{- include "sophia.containerSecurity" .root | nindent 6 }}
  volumes:
    - name: home
      {{- if .root.Values.backup.enabled }}
      persistentVolumeClaim: { claimName: {{ include "sophia.backupClaim" .root }} }
      {{- else }}
      emptyDir: { sizeLimit: {{ .root.Values.home.sizeLimit }} }
      {{- end }}
    {{- include "sophia.volumes" .root | nindent 4 }}
{{- end -}}
