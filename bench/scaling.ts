import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { toCronTrigger } from '#domain/scaling/floor-windows.ts'
import { readManifests } from '../test/kubernetes/objects.ts'
import { cronReplicas } from '../test/scaling/cron-rule.ts'
import { DAYS, openMonth } from '../test/scaling/month.ts'
import { replayMonth, type Outcome } from '../test/scaling/replay.ts'
import { scalerOf } from '../test/scaling/scaler-of-manifest.ts'
import type { ScalerSpec } from '../test/scaling/scaler.ts'

const AHEAD_MS = 300_000
/** For the same limits everywhere; only what asks for replicas differs. */
const LIMITS = { min: 2, max: 10 }

/**
 * A month of generated load, step by step, through the scalers of the manifests in `deploy/kubernetes`: by processor and memory,
 * by turns at work, by these and the calendar's word, and by KEDA with the calendar ahead. Says how long too few replicas were there, and
 * what the calendar costs. `--usd-per-hour` is what a replica costs you; the standard is no price of anybody.
 */
export async function run({ args }: { readonly args: string[] }) {
  const { values } = parseArgs({ args, options: { 'usd-per-hour': { type: 'string', default: '0.10' } } })
  const usdPerHour = Number(values['usd-per-hour'])
  const month = await openMonth()
  const triggers = month.windows.map((window) => toCronTrigger(window, AHEAD_MS))
  const plain = replayMonth({ month, spec: keptScaler('plain') })
  const turns = replayMonth({ month: { ...month, floorAt: () => 1 }, spec: keptScaler('gateway') })
  const adapter = replayMonth({ month, spec: keptScaler('gateway') })
  const keda = replayMonth({ month, spec: keptScaler('keda'), cronAt: (atMs) => cronReplicas(triggers, atMs) })
  return {
    results: {
      days: DAYS,
      usdPerHour,
      ...prefixed('adapter', { ...adapter, usd: adapter.podHours * usdPerHour }),
      ...prefixed('keda', { ...keda, usd: keda.podHours * usdPerHour }),
    },
    baselines: {
      ...prefixed('plain', { ...plain, usd: plain.podHours * usdPerHour }),
      ...prefixed('turns', { ...turns, usd: turns.podHours * usdPerHour }),
    },
    ratios: { ...beside('adapter', adapter, plain), ...beside('keda', keda, plain) },
  }
}

function keptScaler(example: string): ScalerSpec {
  const file = join(import.meta.dirname, `../deploy/kubernetes/${example}.yaml`)
  const found = readManifests(readFileSync(file, 'utf8')).find(({ kind }) =>
    ['HorizontalPodAutoscaler', 'ScaledObject'].includes(kind),
  )
  if (!found) throw new Error(`${file} has no scaler.`)
  return { ...scalerOf(found), ...LIMITS }
}

function beside(name: string, one: Outcome, other: Outcome): Record<string, number> {
  return {
    [`${name}MinutesShort`]: ratio(one.minutesShort, other.minutesShort),
    [`${name}TurnMinutesWaiting`]: ratio(one.turnMinutesWaiting, other.turnMinutesWaiting),
    [`${name}PodHours`]: ratio(one.podHours, other.podHours),
  }
}

function prefixed(name: string, found: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(found).map(([key, value]) => [
      `${name}${key[0]?.toUpperCase()}${key.slice(1)}`,
      Math.round(value * 10) / 10,
    ]),
  )
}

function ratio(value: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((value / whole) * 1000) / 1000
}
