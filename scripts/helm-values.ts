/** `values.schema.json` of the chart: what each value may be, and which settings there are. */
import { z } from 'zod'
import { SETTINGS, type Setting } from '#platform/config/settings.ts'

/** Set by the chart itself, from where it mounts things. */
const OF_THE_CHART = new Set([
  'SOPHIA_HOME',
  'SOPHIA_HOME_LASTS',
  'SOPHIA_HOST',
  'SOPHIA_PORT',
  'SOPHIA_CALENDAR_FILE',
  'SOPHIA_PERSONAS_DIR',
  'SOPHIA_MCP_FILE',
])
/** Without them two replicas are no deployment. */
const REQUIRED = { settings: ['SOPHIA_PUBLIC_URL'], secrets: ['DATABASE_URL', 'SOPHIA_SECRET_KEY'] }

const text = z.string()
const name = z.string().regex(/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$/)
const count = z.int().min(1).max(1000)
// Helm takes away what is null.
const percent = z.int().min(1).max(100).nullable().optional()
const seconds = z.int().min(0).max(86_400)
const port = z.int().min(1).max(65_535)
const amount = z.union([z.string().regex(/^[0-9.]+(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/), z.number()])
/** What Kubernetes itself checks. */
const opaque = z.record(text, z.unknown())
const labels = z.record(text, text)
const resources = z.strictObject({
  requests: z.strictObject({ cpu: amount, memory: amount }),
  limits: z.strictObject({ cpu: amount, memory: amount }),
})
const image = {
  repository: text.min(1),
  tag: text.regex(/^[\w.-]*$/).meta({ not: { const: 'latest' } }),
  pullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
}
const scaler = { enabled: z.boolean(), min: count, max: count, cpuPercent: percent, memoryPercent: percent }
const cron = z.strictObject({ timezone: text, start: text, end: text, desiredReplicas: count })

const Values = {
  image: z.strictObject({
    ...image,
    digest: z.string().regex(/^(sha256:[0-9a-f]{64})?$/),
    pullSecrets: z.array(name),
  }),
  externalSecret: z.strictObject({
    enabled: z.boolean(),
    store: z.strictObject({ name, kind: z.enum(['ClusterSecretStore', 'SecretStore']) }),
    refreshInterval: text,
    data: z.record(text, z.strictObject({ key: text, property: text.optional(), version: text.optional() })),
  }),
  files: z.strictObject({ calendarConfigMap: name, personasConfigMap: name, mcpSecret: name }),
  replicas: z.int().min(2).max(1000),
  autoscaling: z.strictObject({ ...scaler, turnsPerReplica: count.nullable().optional(), calendar: z.boolean() }),
  keda: z.strictObject({
    ...scaler,
    scalingKey: z.strictObject({ name, key: text }),
    fallbackReplicas: count,
    cron: z.array(cron),
  }),
  scaling: z.strictObject({
    up: z.strictObject({ podsPerStep: count, percentPerStep: count, stepSeconds: count }),
    down: z.strictObject({ waitSeconds: seconds, podsPerStep: count, stepSeconds: count }),
  }),
  resources,
  home: z.strictObject({ sizeLimit: amount }),
  tolerationSeconds: seconds,
  spread: z.strictObject({ whenUnsatisfiable: z.enum(['ScheduleAnyway', 'DoNotSchedule']) }),
  podDisruptionBudget: z.strictObject({ maxUnavailable: z.union([count, z.string().regex(/^[1-9][0-9]?%$/)]) }),
  // Less would end a replica that still hands on what it is at.
  drain: z.strictObject({ waitSeconds: z.int().min(0).max(120), limitSeconds: z.int().min(35).max(600) }),
  // A start may wait a minute for the database, and two for tables that are in use.
  startup: z.strictObject({ limitSeconds: z.int().min(300).max(86_400) }),
  serviceAccount: z.strictObject({ name }),
  priorityClassName: name,
  nodeSelector: labels,
  tolerations: z.array(opaque),
  affinity: opaque,
  podLabels: labels,
  podAnnotations: labels,
  extraEnv: z.array(opaque),
  extraVolumes: z.array(opaque),
  extraVolumeMounts: z.array(opaque),
  service: z.strictObject({ port }),
  ingress: z.strictObject({ enabled: z.boolean(), className: name, tlsSecret: name, annotations: labels }),
  gateway: z.strictObject({ enabled: z.boolean(), parentRefs: z.array(opaque) }),
  networkPolicy: z.strictObject({
    enabled: z.boolean(),
    from: z.array(opaque),
    data: z.strictObject({ ports: z.array(port).min(1), to: z.array(opaque) }),
    publicPorts: z.array(port).min(1),
    egress: z.array(opaque),
  }),
  monitoring: z.strictObject({
    serviceMonitor: z.strictObject({ enabled: z.boolean(), intervalSeconds: z.int().min(1).max(60), labels }),
    rules: z.strictObject({ enabled: z.boolean(), labels }),
    dashboard: z.strictObject({ enabled: z.boolean(), labels }),
  }),
  migration: z.strictObject({ enabled: z.boolean(), hook: text, limitSeconds: seconds, mayLoseSnapshot: z.boolean() }),
  backup: z.strictObject({
    enabled: z.boolean(),
    schedule: text.min(1),
    timeZone: text.min(1),
    limitSeconds: seconds,
    existingClaim: name,
    size: amount,
    storageClassName: name,
  }),
  pgbouncer: z.strictObject({
    enabled: z.boolean(),
    image: z.strictObject(image),
    replicas: z.int().min(2).max(100),
    database: z.strictObject({ host: text, port, name: text.min(1) }),
    usersSecret: name,
    tls: z.strictObject({
      mode: z.enum(['verify-full', 'verify-ca', 'require', 'disable']),
      ca: z.strictObject({ name, key: text.min(1) }),
    }),
    poolSize: count,
    maxClients: z.int().min(1).max(100_000),
    resources,
  }),
}

/** The schema, for Helm (which reads draft 7 in all its versions). */
export function valuesSchema(): string {
  const schema = z.toJSONSchema(z.strictObject(Values), { target: 'draft-7', io: 'input' })
  const listed: readonly [string, Setting][] = Object.entries(SETTINGS)
  const taken = listed.filter(([setting]) => !OF_THE_CHART.has(setting))
  const properties = {
    ...schema.properties,
    // Helm hands every chart those of a chart above it.
    global: { type: 'object' },
    settings: {
      type: 'object',
      description: 'Settings that are no secrets, under their own names.',
      properties: Object.fromEntries(taken.filter(([, { isSecret }]) => !isSecret).map(settingEntry)),
      required: REQUIRED.settings,
      additionalProperties: false,
    },
    secrets: {
      type: 'object',
      description: 'Secret settings, each from a Secret.',
      properties: Object.fromEntries(taken.filter(([, { isSecret }]) => isSecret).map(secretEntry)),
      required: REQUIRED.secrets,
      additionalProperties: false,
    },
  }
  const title = 'Values of the chart of Sophia. Made from the code by `npm run generate`; do not edit by hand.'
  return `${JSON.stringify({ ...schema, title, properties, required: Object.keys(properties).filter((key) => key !== 'global') }, null, 1)}\n`
}

/** Names and choices are checked here; the form of what is written, by Sophia when she starts. */
function settingEntry([setting, { shape, about, standard }]: [string, Setting]): [string, object] {
  const { enum: choices, anyOf } = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' })
  const listed = choices ?? anyOf?.find((one) => typeof one === 'object' && one.enum !== undefined)?.enum
  const description = standard === '' ? about : `${about} Without it: ${standard}.`
  const form = listed ? { enum: listed } : { type: ['string', 'number'] }
  return [setting, { description, ...(setting === 'SOPHIA_PUBLIC_URL' ? PUBLIC_URL : form) }]
}

const PUBLIC_URL = { type: 'string', pattern: '^https?://[^/:]+' }

function secretEntry([setting, { about }]: [string, Setting]): [string, object] {
  const reference = { type: 'object', properties: { name: { type: 'string' }, key: { type: 'string' } } }
  return [setting, { description: about, ...reference, additionalProperties: false }]
}
