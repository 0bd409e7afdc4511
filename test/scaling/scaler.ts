import { z } from 'zod'

/** What a HorizontalPodAutoscaler, or the one that KEDA makes, goes by; a pure model of its rule as Kubernetes 1.30 has it. */
export interface ScalerSpec {
  readonly min: number
  readonly max: number
  readonly metrics: readonly Metric[]
  readonly up: Direction
  readonly down: Direction
}

/** `perPod`: an average over the pods, held against `target`. `total`: a figure of the whole, of which each pod bears `target`. */
export interface Metric {
  readonly name: string
  readonly kind: 'perPod' | 'total'
  readonly target: number
}

interface Direction {
  readonly waitSeconds: number
  readonly policies: readonly {
    readonly type: 'Pods' | 'Percent'
    readonly value: number
    readonly periodSeconds: number
  }[]
}

const Policies = z.array(z.object({ type: z.enum(['Pods', 'Percent']), value: z.number(), periodSeconds: z.number() }))
const Rules = z.looseObject({ stabilizationWindowSeconds: z.number(), policies: Policies })
export const Behavior = z.looseObject({ scaleUp: Rules, scaleDown: Rules })

/** `behavior` of a manifest. */
export function directionsOf({ scaleUp, scaleDown }: z.infer<typeof Behavior>): Pick<ScalerSpec, 'up' | 'down'> {
  const toDirection = ({ stabilizationWindowSeconds, policies }: z.infer<typeof Rules>): Direction => ({
    waitSeconds: stabilizationWindowSeconds,
    policies,
  })
  return { up: toDirection(scaleUp), down: toDirection(scaleDown) }
}

/** What the scaler is told at one of its looks. */
export interface Sight {
  readonly atMs: number
  /** Pods that were asked for, and those of them that answer. */
  readonly pods: number
  readonly readyPods: number
  /** By metric: of `perPod` the average over pods that answer. One that cannot be had is left out. */
  readonly values: Readonly<Record<string, number>>
}

/** As shipped: smaller deviations move nothing. */
const TOLERANCE = 0.1

/** A scaler with its memory of what it wanted and did. Asked every 15 seconds, it says how many pods there shall be. */
export function createScaler(spec: ScalerSpec): (sight: Sight) => number {
  let wanted: { readonly atMs: number; readonly pods: number }[] = []
  let done: { readonly atMs: number; readonly change: number }[] = []
  return (sight) => {
    const { atMs, pods } = sight
    const recommended = clamp(Math.max(...spec.metrics.map((metric) => podsFor(metric, sight))), spec)
    const keptMs = 1000 * Math.max(spec.up.waitSeconds, spec.down.waitSeconds)
    wanted = [...wanted.filter((one) => atMs - one.atMs < keptMs), { atMs, pods: recommended }]
    const stable = stabilize(spec, wanted, sight)
    const next = clamp(limitSteps(spec, done, { ...sight, stable }), spec)
    const longestMs = 1000 * Math.max(...[...spec.up.policies, ...spec.down.policies].map((one) => one.periodSeconds))
    done = done.filter((one) => atMs - one.atMs < longestMs)
    if (next !== pods) done.push({ atMs, change: next - pods })
    return next
  }
}

/** One metric alone; what cannot be had asks for nothing else than there is. */
function podsFor({ name, kind, target }: Metric, { pods, readyPods, values }: Sight): number {
  const value = values[name]
  if (value === undefined || pods === 0) return pods
  if (kind === 'total') {
    const ratio = value / (target * pods)
    return Math.abs(1 - ratio) <= TOLERANCE ? pods : Math.ceil(value / target)
  }
  const ratio = value / target
  if (readyPods === pods || ratio <= 1) return within(ratio) ? pods : Math.ceil(ratio * Math.max(1, readyPods))
  // Those that start are taken to bear nothing yet, so that they are not asked for twice.
  const damped = (ratio * readyPods) / pods
  return within(damped) || damped < 1 ? pods : Math.ceil(damped * pods)
}

function within(ratio: number): boolean {
  return Math.abs(1 - ratio) <= TOLERANCE
}

/** Up: the least that was wanted in the window; down: the most. */
function stabilize(
  { up, down }: ScalerSpec,
  wanted: readonly { atMs: number; pods: number }[],
  { atMs, pods }: Sight,
): number {
  const latest = wanted.at(-1)?.pods ?? pods
  const inLast = (seconds: number): number[] =>
    wanted.filter((one) => atMs - one.atMs < seconds * 1000).map((one) => one.pods)
  const upTo = Math.min(latest, ...inLast(up.waitSeconds))
  const downTo = Math.max(latest, ...inLast(down.waitSeconds))
  return Math.min(Math.max(pods, upTo), downTo)
}

function limitSteps(
  { up, down }: ScalerSpec,
  done: readonly { atMs: number; change: number }[],
  { atMs, pods, stable }: Sight & { readonly stable: number },
): number {
  const isUp = stable > pods
  const changedIn = (seconds: number): number =>
    done
      .filter((one) => atMs - one.atMs < seconds * 1000 && one.change > 0 === isUp)
      .reduce((sum, { change }) => sum + Math.abs(change), 0)
  if (stable === pods) return pods
  const bounds = (isUp ? up : down).policies.map(({ type, value, periodSeconds }) => {
    const began = pods - (isUp ? 1 : -1) * changedIn(periodSeconds)
    const step = type === 'Pods' ? value : (began * value) / 100
    return isUp ? Math.ceil(began + step) : Math.floor(began - step)
  })
  // Of several policies the one that moves most.
  return isUp ? Math.min(stable, Math.max(...bounds)) : Math.max(stable, Math.min(...bounds))
}

function clamp(pods: number, { min, max }: ScalerSpec): number {
  return Math.min(max, Math.max(min, pods))
}
