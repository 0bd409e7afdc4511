import { SophiaError } from '#domain/errors.ts'
import { createMaker, LONGEST_MAKING_MS, placeOf, POLICY, type Plant, type SimulatedMaker } from './simulated-maker.ts'
import type { TierWorld } from './simulated-tier.ts'
import { createTierMachine, type TierFaults } from './tier-machine.ts'
import { createVirtualTime, type VirtualTime } from './virtual-time.ts'

export interface SharingWish {
  readonly seed: number
  readonly plant?: Plant
  readonly faults?: TierFaults
}

interface Outcome {
  /** In words; none when all held. */
  readonly breaches: readonly string[]
  readonly asked: number
  readonly made: number
}

const STORM_MS = 30_000
const QUIET_MS = 2 * POLICY.hardFactoryMs
const KINDS = ['freeze', 'cut', 'outage', 'empty'] as const
const KEYS = ['a', 'b'] as const
const OWNERS = ['ada', 'bob'] as const

/** How long what Redis said of a tag is taken for so, as `space.ts` has it: with Redis, and while it is away. */
const CERTAIN_MS = 2000
const CERTAIN_ALONE_MS = 10_000
/** A request to Redis with its deadline, and the while for which it is left alone after one that failed. */
const SLACK_MS = 200
const HELD_BACK_MS = 1000

/**
 * The real cache in two or three processes that share it, in virtual time: makers that are slow or fail, invalidations, freezes longer
 * than a lease, lost requests, answers and messages, a Redis that is away or loses all. The processes make a value once together, nobody
 * gets one that was made before an invalidation it could know of, and everybody gets an answer.
 */
export async function simulateSharing({ seed, plant = {}, faults = {} }: SharingWish): Promise<Outcome> {
  const time = createVirtualTime(seed)
  const world = createTierWorld(time, faults)
  const stage = createStage(world, plant)
  for (let at = 0; at < 50; at += 1) time.after(time.between(0, STORM_MS), stage.ask)
  for (let at = 0; at < 6; at += 1) time.after(time.between(0, STORM_MS), stage.change)
  injectFaults(world, stage.makers)
  await time.runSettling(STORM_MS + QUIET_MS)
  for (const maker of stage.makers) maker.close()
  return stage.outcome()
}

function createTierWorld(time: VirtualTime, faults: TierFaults): TierWorld {
  let ids = 0
  return {
    time,
    machine: createTierMachine(faults),
    outageUntilMs: 0,
    lossShare: time.chance(0.3) ? 0.03 : 0,
    deafShare: time.chance(0.3) ? 0.3 : 0,
    listeners: [],
    nextId: () => `id ${(ids += 1)}`,
  }
}

/** Not every run has every kind: what two kinds do together hides what one does alone. */
function injectFaults(world: TierWorld, makers: readonly SimulatedMaker[]): void {
  const { time, machine } = world
  const kinds = KINDS.filter(() => time.chance(0.4))
  const inject = (): void => {
    const maker = time.pick(makers)
    switch (time.pick(kinds)) {
      case 'freeze':
        return maker?.freeze(time.between(100, 8000))
      case 'cut':
        return maker?.cut(time.between(100, 6000))
      case 'empty':
        return machine.empty()
      case 'outage':
        world.outageUntilMs = time.nowMs() + time.between(100, 6000)
        time.after(world.outageUntilMs + 1 - time.nowMs(), () => makers.forEach((one) => one.back()))
        return
      case undefined:
    }
  }
  const count = Math.floor(time.between(0, 6))
  for (let at = 0; at < count; at += 1) time.after(time.between(0, STORM_MS), inject)
}

interface Making {
  readonly maker: SimulatedMaker
  readonly place: string
  readonly begunMs: number
  /** Nothing kept its process from asking for the right to it. */
  readonly isShared: boolean
}

interface Told {
  readonly atMs: number
  readonly version: number
}

function createStage(world: TierWorld, plant: Plant) {
  const { time, machine } = world
  const breaches: string[] = []
  const versions = new Map<string, number>()
  /** What Redis was told of each key, and when. */
  const told = new Map<string, Told[]>()
  const under = new Set<Making>()
  let emptiedMs = Number.NEGATIVE_INFINITY
  let asked = 0
  let answered = 0
  let made = 0
  const versionOf = (key: string): number => versions.get(key) ?? 1

  const { forget, empty } = machine
  machine.forget = (keys) => {
    for (const key of keys) told.set(key, [...(told.get(key) ?? []), { atMs: time.nowMs(), version: versionOf(key) }])
    forget(keys)
  }
  machine.empty = () => {
    emptiedMs = time.nowMs()
    empty()
  }

  /** The version that each process heard of. */
  const floors = new Map<SimulatedMaker, Map<string, number>>()
  const raise = (maker: SimulatedMaker, key: string, version: number): void => {
    const known = floors.get(maker) ?? new Map<string, number>()
    floors.set(maker, known.set(key, Math.max(known.get(key) ?? 1, version)))
  }
  const makers: SimulatedMaker[] = Array.from({ length: time.chance(0.5) ? 2 : 3 }, (_, index) => {
    const maker = createMaker({
      world,
      name: `process ${index}`,
      plant,
      onHeard: (keys) => keys.forEach((key) => raise(maker, key, told.get(key)?.at(-1)?.version ?? 1)),
    })
    return maker
  })

  /** Of what Redis was told before that moment, what this process must have learnt without a word from anybody. */
  const learntBy = (maker: SimulatedMaker, key: string, atMs: number): number => {
    const backMs = maker.troubledMs() + HELD_BACK_MS
    const known = (told.get(key) ?? []).filter((one) => {
      const certainMs = Math.min(Math.max(one.atMs, backMs) + CERTAIN_MS, one.atMs + CERTAIN_ALONE_MS + HELD_BACK_MS)
      return certainMs + SLACK_MS < atMs
    })
    return known.at(-1)?.version ?? 1
  }

  /** Of two makings at once each must have had its reason not to know of the other. */
  const begin = (making: Making): void => {
    const { place, begunMs, isShared } = making
    const other = [...under].find(
      (one) =>
        one.place === place &&
        one.isShared &&
        one.maker.troubledMs() + SLACK_MS < one.begunMs &&
        emptiedMs + SLACK_MS < one.begunMs,
    )
    if (isShared && other)
      breaches.push(`${place} was made at ${begunMs} ms while a making from ${other.begunMs} ms on was under way`)
    under.add(making)
  }

  /** Whoever makes a value has looked, and had a reason not to take what lay there. */
  const checkNeed = ({ place, begunMs, isShared }: Making, key: string): void => {
    const { value, versions: known } = machine.read({ id: place, tags: [key] }, begunMs)
    const isGood = value?.sealed.includes(known[0] ?? 'unknown') === true
    const isFresh = value !== null && value.agedMs > SLACK_MS && value.agedMs < POLICY.softMs - SLACK_MS
    if (isShared && isGood && isFresh && (told.get(key)?.at(-1)?.atMs ?? 0) + SLACK_MS < begunMs)
      breaches.push(`${place} was made at ${begunMs} ms although it lay in Redis`)
  }

  const makerOf = (maker: SimulatedMaker, key: string, owner: string) => async (): Promise<Value> => {
    const begunMs = time.nowMs()
    const isShared = maker.isUp() && maker.troubledMs() + SLACK_MS < begunMs
    const making = { maker, place: placeOf(key, owner), begunMs, isShared }
    const version = versionOf(key)
    made += 1
    begin(making)
    checkNeed(making, key)
    await new Promise<void>((resolve) => maker.later(time.between(20, LONGEST_MAKING_MS), resolve))
    under.delete(making)
    if (time.chance(0.15)) throw new Error(NOT_MADE)
    return { owner, version }
  }

  const askAt = async (maker: SimulatedMaker): Promise<void> => {
    const key = time.pick(KEYS) ?? 'a'
    const owner = time.pick(OWNERS) ?? 'ada'
    const atMs = time.nowMs()
    const heard = floors.get(maker)?.get(key) ?? 1
    const value = await maker.ask(key, owner, makerOf(maker, key, owner)).catch((error: unknown) => {
      if (error instanceof SophiaError)
        breaches.push(`${owner} was refused ${key} at ${time.nowMs()} ms: ${error.code}`)
      return null
    })
    answered += 1
    if (value === null) return
    const least = Math.max(heard, learntBy(maker, key, atMs))
    if (value.owner !== owner) breaches.push(`${owner} got what is ${value.owner}'s`)
    if (value.version < least)
      breaches.push(`${owner} asked at ${atMs} ms and got version ${value.version} of ${key}, after ${least} was told`)
  }
  return {
    makers,
    ask(): void {
      const maker = time.pick(makers)
      asked += 1
      maker?.later(0, () => void askAt(maker))
    },
    /** Something a value is made of changes, and a process says so. */
    change(): void {
      const maker = time.pick(makers)
      const key = time.pick(KEYS) ?? 'a'
      maker?.later(0, () => {
        versions.set(key, versionOf(key) + 1)
        raise(maker, key, versionOf(key))
        void maker.invalidate(key)
      })
    },
    outcome(): Outcome {
      const stuck = asked === answered ? [] : [`${asked - answered} of ${asked} askers were never answered`]
      return { breaches: [...breaches, ...stuck], asked, made }
    },
  }
}

type Value = Awaited<ReturnType<SimulatedMaker['ask']>>
const NOT_MADE = 'could not be made'
