import { z } from 'zod'
import { podOf, selects, titleOf, type Container, type Manifest } from './objects.ts'

/** Sophia takes so long at most to hand on what she is at. */
const STOP_SECONDS = 30
/** A start that migrates backs up and proves first what is there, about a minute for each gigabyte. */
const START_SECONDS = 3600
const NODE_GONE = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

const Deployed = z.looseObject({
  spec: z.looseObject({
    replicas: z.number().optional(),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    strategy: z.looseObject({ rollingUpdate: z.looseObject({ maxUnavailable: z.number() }) }),
  }),
})
const Scaler = z.looseObject({
  spec: z.looseObject({
    scaleTargetRef: z.looseObject({ name: z.string() }),
    minReplicas: z.number().optional(),
    minReplicaCount: z.number().optional(),
  }),
})
const Selecting = z.looseObject({
  spec: z.looseObject({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional(),
    podSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).default({}) }).optional(),
    maxUnavailable: z.union([z.number(), z.string()]).optional(),
  }),
})
const Timed = z.looseObject({ spec: z.looseObject({ activeDeadlineSeconds: z.number().optional() }) })
const Repeated = z.looseObject({
  spec: z.looseObject({ concurrencyPolicy: z.string(), jobTemplate: Timed }),
})

/** What keeps answering when a pod, a node or a zone goes. Sentences; empty when all is well. */
export function deploymentFaults(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap((manifest) => {
    if (manifest.kind === 'Deployment')
      return faultsOf(manifest, manifests).map((says) => `${titleOf(manifest)} ${says}`)
    if (manifest.kind === 'Job' && Timed.parse(manifest).spec.activeDeadlineSeconds === undefined)
      return [`${titleOf(manifest)} may run for ever`]
    return manifest.kind === 'CronJob' ? cronFaults(manifest) : []
  })
}

function cronFaults(manifest: Manifest): string[] {
  const { concurrencyPolicy, jobTemplate } = Repeated.parse(manifest).spec
  return [
    ...(concurrencyPolicy === 'Forbid' ? [] : [`${titleOf(manifest)} may run beside itself`]),
    ...(jobTemplate.spec.activeDeadlineSeconds === undefined ? [`${titleOf(manifest)} may run for ever`] : []),
    ...(makesUnspent(manifest) ? [`${titleOf(manifest)} makes backups that none ever lets go of`] : []),
  ]
}

/** Only what is made by schedule is removed again; by hand it would fill its volume. */
function makesUnspent(manifest: Manifest): boolean {
  const commands = podOf(manifest)?.spec.containers.map(({ args }) => args.join(' ')) ?? []
  return commands.some((command) => command.startsWith('backup create') && !command.includes('--scheduled'))
}

function faultsOf(manifest: Manifest, manifests: readonly Manifest[]): string[] {
  const { spec } = Deployed.parse(manifest)
  const pod = podOf(manifest)
  if (!pod) return ['makes no pods']
  const { labels } = pod.metadata
  const rules: [boolean, string][] = [
    [leastReplicas(manifest, manifests) < 2, 'may have a single replica'],
    [spec.strategy.rollingUpdate.maxUnavailable !== 0, 'answers with fewer during an upgrade'],
    [!selects(spec.selector.matchLabels, labels), 'does not find its own pods'],
    [
      !pod.spec.topologySpreadConstraints.some((one) => one.topologyKey === 'topology.kubernetes.io/zone'),
      'is not spread over zones',
    ],
    [
      NODE_GONE.some((key) => !pod.spec.tolerations.some((one) => one.key === key && one.tolerationSeconds === 30)),
      'stays for more than 30 s on a node that is gone',
    ],
    [!isDisrupted(manifests, labels), 'has no disruption budget'],
    [!isFenced(manifests, labels), 'has no network policy'],
    ...pod.spec.containers.flatMap((container) => containerRules(container, pod.spec.terminationGracePeriodSeconds)),
  ]
  return rules.filter(([isBroken]) => isBroken).map(([, says]) => says)
}

function containerRules(container: Container, graceSeconds: number): [boolean, string][] {
  const { readinessProbe, livenessProbe, lifecycle, name } = container
  const waitSeconds = lifecycle?.preStop.sleep.seconds ?? 0
  return [
    [!readinessProbe || !livenessProbe, `has a container ${name} without probes`],
    [waitSeconds < 1, 'leaves before balancers know'],
    ...(name === 'sophia' ? sophiaRules(container, graceSeconds - waitSeconds) : []),
  ]
}

function sophiaRules(
  { startupProbe, readinessProbe, livenessProbe }: Container,
  leftSeconds: number,
): [boolean, string][] {
  return [
    [!startupProbe, 'is ended while she starts'],
    [
      startupProbe !== undefined && startupProbe.periodSeconds * startupProbe.failureThreshold < START_SECONDS,
      'is ended while she backs up and migrates',
    ],
    [readinessProbe?.httpGet?.path !== '/readyz', 'does not ask /readyz'],
    // A database that is away is no reason to start a process anew.
    [livenessProbe?.httpGet?.path !== '/livez', 'is started anew for what is outside of it'],
    [leftSeconds < STOP_SECONDS, 'is ended before it has handed on what it is at'],
  ]
}

/** What the scaler, or else the object itself, holds it to. */
function leastReplicas(manifest: Manifest, manifests: readonly Manifest[]): number {
  const least = manifests
    .filter(({ kind }) => ['HorizontalPodAutoscaler', 'ScaledObject'].includes(kind))
    .map((one) => Scaler.parse(one).spec)
    .filter(({ scaleTargetRef }) => scaleTargetRef.name === manifest.metadata.name)
    .map(({ minReplicas, minReplicaCount }) => minReplicas ?? minReplicaCount ?? 1)
  return least[0] ?? Deployed.parse(manifest).spec.replicas ?? 1
}

function isDisrupted(manifests: readonly Manifest[], labels: Readonly<Record<string, string>>): boolean {
  return manifests
    .filter(({ kind }) => kind === 'PodDisruptionBudget')
    .map((one) => Selecting.parse(one).spec)
    .some(({ selector, maxUnavailable }) => selects(selector?.matchLabels ?? {}, labels) && maxUnavailable !== 0)
}

function isFenced(manifests: readonly Manifest[], labels: Readonly<Record<string, string>>): boolean {
  return manifests
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map((one) => Selecting.parse(one).spec)
    .some(({ podSelector }) => podSelector !== undefined && selects(podSelector.matchLabels, labels))
}
