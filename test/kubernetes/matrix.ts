/** Values beside those of the examples that the chart has to render well. */
export const MATRIX: Readonly<Record<string, object>> = {
  'no scaler': { autoscaling: { enabled: false }, replicas: 3 },
  'cpu alone': { autoscaling: { memoryPercent: null } },
  'everything measured': {
    secrets: { SOPHIA_METRICS_TOKEN: { name: 'metrics', key: 'token' } },
    monitoring: {
      serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
      rules: { enabled: true, labels: { release: 'prometheus' } },
      dashboard: { enabled: true },
    },
  },
  'all files': {
    files: { calendarConfigMap: 'calendar', personasConfigMap: 'personas', mcpSecret: 'mcp' },
    backup: { enabled: true },
    migration: { enabled: true },
  },
  'a migration beside settings and secrets that it does not read': {
    settings: {
      SOPHIA_MODEL: 'openai/gpt-5.4',
      SOPHIA_MAIL_FROM: 'sophia@example.com',
      SOPHIA_BACKUP_TARGET: 's3://example-backups/p',
      AWS_ACCESS_KEY_ID: 'sophia',
    },
    secrets: { OPENAI_API_KEY: {}, SMTP_URL: {}, AWS_SECRET_ACCESS_KEY: {} },
    migration: { enabled: true },
  },
  'backups on a claim that is there': { backup: { enabled: true, existingClaim: 'archives' } },
  'an image by its digest': { image: { digest: `sha256:${'0a'.repeat(32)}`, pullSecrets: ['registry'] } },
  'a place of its own': {
    nodeSelector: { pool: 'apps' },
    tolerations: [{ key: 'pool', operator: 'Equal', value: 'apps', effect: 'NoSchedule' }],
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [{ key: 'arch', operator: 'Exists' }] } },
        ],
      },
    },
    priorityClassName: 'business',
    podLabels: { team: 'sales' },
    podAnnotations: { 'example.com/owner': 'sales' },
    serviceAccount: { name: 'sophia-own' },
    extraEnv: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/etc/ca/ca.crt' }],
    extraVolumes: [{ name: 'ca', configMap: { name: 'company-ca' } }],
    extraVolumeMounts: [{ name: 'ca', mountPath: '/etc/ca', readOnly: true }],
  },
  'a pooler whose database nobody vouches for': {
    secrets: { DATABASE_DIRECT_URL: {} },
    pgbouncer: {
      enabled: true,
      database: { host: 'postgres.example.internal' },
      usersSecret: 'sophia-pgbouncer',
      tls: { mode: 'require' },
    },
  },
  'a migration that may lose its backup': { migration: { enabled: true, mayLoseSnapshot: true } },
  'both ways in': {
    gateway: { enabled: true, parentRefs: [{ name: 'public' }] },
  },
  'numbers large and small': {
    settings: { SOPHIA_SLOW_QUERY_MS: 600_000, SOPHIA_BUDGET_DAILY_USD: 12.5, DATABASE_POOL_MAX: '50' },
  },
}

/** Values that are refused, with what has to be said of them. */
export const REFUSED: readonly { readonly by: 'schema' | 'chart'; readonly values: object; readonly says: RegExp }[] = [
  { by: 'schema', values: { settings: { SOPHIA_TELEPORT: 'on' } }, says: /SOPHIA_TELEPORT/ },
  { by: 'schema', values: { settings: { DATABASE_URL: 'postgres://u:p@h/d' } }, says: /DATABASE_URL/ },
  { by: 'schema', values: { settings: { SOPHIA_PUBLIC_URL: null } }, says: /SOPHIA_PUBLIC_URL/ },
  { by: 'schema', values: { settings: { SOPHIA_LOG_LEVEL: 'loud' } }, says: /SOPHIA_LOG_LEVEL/ },
  { by: 'schema', values: { secrets: { DATABASE_URL: null } }, says: /DATABASE_URL/ },
  { by: 'schema', values: { secrets: { SOPHIA_SECRET_KEY: { value: 'in the open' } } }, says: /SOPHIA_SECRET_KEY/ },
  { by: 'schema', values: { image: { tag: 'latest' } }, says: /tag/ },
  { by: 'schema', values: { replicas: 1 }, says: /replicas/ },
  { by: 'schema', values: { resources: { limits: { cpu: null } } }, says: /cpu/ },
  { by: 'schema', values: { drain: { limitSeconds: 20 } }, says: /limitSeconds/ },
  { by: 'schema', values: { startup: { limitSeconds: 60 } }, says: /limitSeconds/ },
  { by: 'schema', values: { ingres: { enabled: true } }, says: /ingres/ },
  {
    by: 'chart',
    values: { keda: { enabled: true, scalingKey: { name: 'key' } } },
    says: /autoscaling\.enabled to false/,
  },
  { by: 'chart', values: { autoscaling: { enabled: false }, keda: { enabled: true } }, says: /calendar:read/ },
  { by: 'chart', values: { monitoring: { serviceMonitor: { enabled: true } } }, says: /SOPHIA_METRICS_TOKEN/ },
  { by: 'chart', values: { gateway: { enabled: true } }, says: /parentRefs/ },
  { by: 'chart', values: { pgbouncer: { enabled: true } }, says: /DATABASE_DIRECT_URL/ },
  { by: 'schema', values: { pgbouncer: { tls: { mode: 'prefer' } } }, says: /mode/ },
  {
    by: 'chart',
    values: {
      secrets: { DATABASE_DIRECT_URL: {} },
      pgbouncer: { enabled: true, database: { host: 'postgres.example.internal' }, usersSecret: 'sophia-pgbouncer' },
    },
    says: /pgbouncer\.tls\.ca\.name/,
  },
  { by: 'chart', values: { externalSecret: { enabled: true } }, says: /store/ },
  { by: 'chart', values: { externalSecret: { data: { SMTP_URL: { key: 'mail' } } } }, says: /name it among secrets/ },
]
