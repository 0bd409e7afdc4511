import { canonicalJson } from '#domain/canonical-json.ts'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { can, type Principal } from '#domain/permission.ts'
import type { Skill } from '#domain/skill.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { addUses, dropCold, listHottest, type HotSkill } from './hot-skills-store.ts'

interface HotSkillsNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** Read only, and answered from what is kept. */
  readonly skills: () => readonly Skill[]
  /** The member as they are now; null when they may no longer act. */
  readonly principalOf: (memberId: string) => Promise<Principal | null>
  /** How many runs shall be ready now, as the calendar wants it. */
  readonly wanted: () => number
  /** The state of the data: another text after each change. */
  readonly epochOf: () => Promise<string>
  /** Since when nothing older may answer, by the calendar; null when nothing is asked for. */
  readonly freshSince: () => number | null
  /** How often what was kept was let go of or lost. */
  readonly losses: () => number
  /** Told of each run that was made ready, or could not be. */
  readonly onPrewarmed?: (result: 'ready' | 'failed' | 'refused') => void
}

/** What is asked again and again, made ready before it is asked: at the start, a minute after the last change of data, on each new day, when what was kept was lost, and when the calendar wants more, or all of it anew. */
export interface HotSkills {
  /** Somebody ran a skill. */
  note(use: { readonly memberId: string; readonly skill: string; readonly input: unknown }): void
  start(): void
  /** Makes the hottest ready, with the present rights of whoever asks for them. Answers how many were. */
  prewarm(): Promise<number>
  /** Writes what was noted. */
  flush(): Promise<void>
  sweep(): Promise<void>
  close(): Promise<void>
}

const LOOK_MS = 60_000
/** What is lost again before that is made good afterwards: memory that is short, or a Redis that is too small, is not filled all day. */
const LOSS_PAUSE_MS = 10 * 60_000
/** A member who clicks through everything fills no more than that between two looks. */
const MOST_NOTED = 1000

export function createHotSkills(needs: HotSkillsNeeds): HotSkills {
  const { clock, database, log } = needs
  const closing = new AbortController()
  const { note, flush } = createNotes(database)
  let running: Promise<void> = Promise.resolve()
  /** For what the hottest were last made ready. */
  let readyFor = { state: '', count: 0 }
  let seenEpoch: string | undefined
  const lossesSeen = createLossBrake(needs)
  const prewarm = async (): Promise<number> => {
    const hottest = await database.read((handle) => listHottest(handle, needs.wanted()))
    let ready = 0
    for (const hot of hottest) {
      if (closing.signal.aborted) break
      // One after the other: nobody waits for it, and whoever asks meanwhile goes first.
      // oxlint-disable-next-line no-await-in-loop
      const result = await makeReady(needs, hot, closing.signal)
      needs.onPrewarmed?.(result)
      if (result === 'ready') ready += 1
    }
    return ready
  }
  const look = async (): Promise<void> => {
    await flush()
    const [epoch, count] = [await needs.epochOf(), needs.wanted()]
    const state = stateOf(needs, { epoch, losses: lossesSeen() })
    // While data changes at every look, what is made ready would be over before anybody asks for it.
    const isAtRest = seenEpoch === undefined || epoch === seenEpoch
    seenEpoch = epoch
    if (!isAtRest) return
    const isReady = state === readyFor.state && count <= readyFor.count
    if (!isReady) log.debug({ ready: await prewarm() }, 'results of skills were made ready')
    // Only now: what failed is tried again. What is wanted no more may be let go of meanwhile, and is made ready when it is wanted again.
    readyFor = { state, count }
  }
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop
      await look().catch((error: unknown) => log.warn({ error }, 'results of skills could not be made ready'))
      // It rejects only when the house closes.
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(LOOK_MS, closing.signal).catch(() => undefined)
    }
  }
  return {
    note,
    start: () => void (running = run()),
    prewarm,
    flush,
    sweep: async () => void (await database.read(dropCold)),
    async close() {
      closing.abort()
      await running
      await flush().catch((error: unknown) => log.warn({ error }, 'what is asked often could not be written'))
    },
  }
}

/** What was run since it was written last. */
function createNotes(database: Database): Pick<HotSkills, 'note' | 'flush'> {
  let noted = new Map<string, HotSkill & { count: number }>()
  return {
    note({ memberId, skill, input }) {
      const inputHash = contentHash(canonicalJson(input))
      const key = `${memberId} ${skill} ${inputHash}`
      const known = noted.get(key)
      if (known) known.count += 1
      else if (noted.size < MOST_NOTED) noted.set(key, { memberId, skill, inputHash, input, count: 1 })
    },
    async flush() {
      const uses = [...noted.values()]
      noted = new Map()
      if (uses.length > 0) await database.read((handle) => addUses(handle, uses))
    },
  }
}

interface Kept {
  readonly epoch: string
  readonly losses: number
}

/**
 * Results are of one state of the data and of one day, and none from before a period that wants them fresh is given in it. After a loss
 * they have to be made again.
 */
function stateOf({ clock, freshSince }: HotSkillsNeeds, { epoch, losses }: Kept): string {
  return `${epoch} ${dayOf(clock.now())} ${freshSince()} ${losses}`
}

/** The losses to make good by now: all of them, but none within ten minutes after the last. */
function createLossBrake({ clock, losses }: HotSkillsNeeds): () => number {
  let seen = losses()
  let seenMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = clock.monotonicMs()
    const now = losses()
    if (now !== seen && nowMs - seenMs >= LOSS_PAUSE_MS) {
      seen = now
      seenMs = nowMs
    }
    return seen
  }
}

async function makeReady(
  { skills, principalOf, log }: HotSkillsNeeds,
  { memberId, skill: name, input }: HotSkill,
  signal: AbortSignal,
): Promise<'ready' | 'failed' | 'refused'> {
  try {
    const skill = skills().find((one) => one.name === name)
    const principal = await principalOf(memberId)
    if (!skill || !principal || !can(principal, skill.action)) return 'refused'
    await skill.run({ principal, input: skill.parse(input), signal, isAhead: true })
    return 'ready'
  } catch (error) {
    // A record that is gone, or input of an older version: whoever asks is told themselves.
    log.debug({ error, skill: name }, 'a result could not be made ready')
    return 'failed'
  }
}
