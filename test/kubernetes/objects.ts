import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
})

/** One object of the Kubernetes API, as it is written. */
export type Manifest = z.infer<typeof Manifest>

/** The objects in a file of YAML. Throws where the text is no YAML, or an object no object. */
export function readManifests(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors[0]) throw document.errors[0]
    const value: unknown = document.toJS()
    return value === null ? [] : [Manifest.parse(value)]
  })
}

/** As people name it: `Deployment sophia`. */
export function titleOf({ kind, metadata }: Pick<Manifest, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.name}`
}

const Amounts = z.object({ cpu: z.coerce.string().optional(), memory: z.coerce.string().optional() }).default({})
const Port = z.union([z.string(), z.number()])
const Probe = z.looseObject({
  httpGet: z.object({ path: z.string(), port: Port }).optional(),
  tcpSocket: z.object({ port: Port }).optional(),
  periodSeconds: z.number().default(10),
  failureThreshold: z.number().default(3),
})
const Container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z
    .array(z.looseObject({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown().optional() }))
    .default([]),
  ports: z.array(z.looseObject({ name: z.string().optional(), containerPort: z.number() })).default([]),
  resources: z.object({ requests: Amounts, limits: Amounts }).default({ requests: {}, limits: {} }),
  startupProbe: Probe.optional(),
  livenessProbe: Probe.optional(),
  readinessProbe: Probe.optional(),
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }).optional(),
  securityContext: z
    .looseObject({
      allowPrivilegeEscalation: z.boolean().optional(),
      privileged: z.boolean().default(false),
      readOnlyRootFilesystem: z.boolean().default(false),
      capabilities: z.looseObject({ drop: z.array(z.string()).default([]), add: z.array(z.string()).default([]) }),
    })
    .optional(),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
})
export type Container = z.infer<typeof Container>

const Volume = z.looseObject({
  name: z.string(),
  hostPath: z.unknown().optional(),
  emptyDir: z.object({ sizeLimit: z.string().optional() }).optional(),
  persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
  configMap: z.looseObject({ name: z.string() }).optional(),
  secret: z.looseObject({ secretName: z.string() }).optional(),
  projected: z
    .looseObject({
      sources: z.array(
        z.looseObject({
          secret: z
            .looseObject({ items: z.array(z.looseObject({ key: z.string(), path: z.string() })).default([]) })
            .optional(),
        }),
      ),
    })
    .optional(),
})

const Pod = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()) }),
  spec: z.looseObject({
    automountServiceAccountToken: z.boolean().default(true),
    enableServiceLinks: z.boolean().default(true),
    hostNetwork: z.boolean().default(false),
    hostPID: z.boolean().default(false),
    hostIPC: z.boolean().default(false),
    terminationGracePeriodSeconds: z.number().default(30),
    securityContext: z
      .looseObject({
        runAsNonRoot: z.boolean().default(false),
        runAsUser: z.number().default(0),
        fsGroup: z.number().optional(),
        seccompProfile: z.looseObject({ type: z.string() }).optional(),
      })
      .optional(),
    topologySpreadConstraints: z.array(z.looseObject({ topologyKey: z.string() })).default([]),
    tolerations: z
      .array(z.looseObject({ key: z.string().optional(), tolerationSeconds: z.number().optional() }))
      .default([]),
    initContainers: z.array(Container).default([]),
    containers: z.array(Container),
    volumes: z.array(Volume).default([]),
  }),
})
export type Pod = z.infer<typeof Pod>

const Template = z.looseObject({ template: Pod })
const OF_JOB = z.looseObject({ spec: Template })

/** The pods that an object makes; undefined for one that makes none. */
export function podOf(manifest: Manifest): Pod | undefined {
  if (['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(manifest.kind))
    return OF_JOB.parse(manifest).spec.template
  if (manifest.kind === 'CronJob')
    return z.looseObject({ spec: z.looseObject({ jobTemplate: OF_JOB }) }).parse(manifest).spec.jobTemplate.spec
      .template
  return undefined
}

/** Whether a plain selector finds these labels. */
export function selects(wanted: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value)
}
