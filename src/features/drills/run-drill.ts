import type { Clock } from '#domain/clock.ts'
import { quantile } from '#domain/deal/statistics.ts'
import type { DrillFigures, DrillName, DrillReading, DrillScript, DrillVerdict } from '#domain/drills/drill.ts'
import { findRecovery, patienceOf } from '#domain/drills/find-recovery.ts'
import { judgeDrill } from '#domain/drills/judge-drill.ts'
import { DRILL_SCRIPTS } from '#domain/drills/scripts.ts'
import { DRILL_TARGETS } from '#domain/drills/targets.ts'
import type { Scene, SetScene } from './scenes/scene.ts'
import { countLoss } from './count-loss.ts'
import type { RehearsalNeeds } from './drill-needs.ts'
import type { ReadAnswer } from './follow-answer.ts'
import { openFrame, type Frame } from './frame.ts'
import { listComplaints, type Complaints } from './notice.ts'
import { SCENES } from './scenes/index.ts'
import { startTraffic, type Question, type Traffic } from './traffic.ts'
import { lookAtStage, whatIsMissing } from './what-is-missing.ts'

export interface DrillOutcome {
  readonly verdict: DrillVerdict
  readonly reasons: readonly string[]
  /** null where it was not run, or came to no end. */
  readonly figures: DrillFigures | null
}

interface Rehearsal {
  readonly name: DrillName
  readonly signal: AbortSignal
  /** Told of what is done as it begins. */
  readonly onStep: (text: string) => void
}

const STEADY_LIMIT_MS = 120_000
const STEADY_QUESTIONS = 6
const LOOK_MS = 500
const MOST_REASON = 500

/** Rehearses one disaster on a scratch deployment, which is gone afterwards. Throws nothing: what goes wrong is the outcome. */
export async function runDrill(needs: RehearsalNeeds, rehearsal: Rehearsal): Promise<DrillOutcome> {
  const { name, signal, onStep } = rehearsal
  const scene = needs.scenes?.[name] ?? SCENES[name]
  const missing = whatIsMissing(scene, await lookAtStage(needs))
  if (missing !== null) return { verdict: 'not-run', reasons: [missing], figures: null }
  let frame: Frame | undefined
  try {
    frame = await openFrame(needs, signal)
    const script = DRILL_SCRIPTS[name]
    const figures = await rehearse(frame, { scene, script, onStep })
    return { ...judgeDrill(script, figures), figures }
  } catch (error) {
    return { ...judgeFailure(error, signal), figures: null }
  } finally {
    await frame?.end()
  }
}

/** The fault could not be mended, so that the hypothesis is wrong. */
class MendFailure extends Error {}

function judgeFailure(error: unknown, signal: AbortSignal): Pick<DrillOutcome, 'verdict' | 'reasons'> {
  if (signal.aborted) return { verdict: 'inconclusive', reasons: ['It was stopped before it was done.'] }
  const why = (error instanceof Error ? error.message : String(error)).slice(0, MOST_REASON)
  if (error instanceof MendFailure) return { verdict: 'broken', reasons: [`It could not be mended: ${why}`] }
  return { verdict: 'inconclusive', reasons: [why] }
}

interface Play {
  readonly scene: Scene
  readonly script: DrillScript
  readonly onStep: (text: string) => void
}

async function rehearse(frame: Frame, { scene, script, onStep }: Play): Promise<DrillFigures> {
  const { clock, key, signal } = frame
  onStep('A scratch deployment is started.')
  const beganMs = clock.monotonicMs()
  const set = await scene.set(frame)
  const deployMs = Math.round(clock.monotonicMs() - beganMs)
  onStep('The sample company is loaded, and members begin to ask.')
  const traffic = await startTraffic({ ...frame, ...set })
  try {
    await untilSteady(traffic, frame)
    const before = await listComplaints(set.sophias, key)
    const patienceMs = patienceOf(traffic.questions.filter(({ endedMs }) => endedMs !== null))
    const keptMs = set.backUp || set.leaveBehind ? clock.monotonicMs() : null
    if (set.backUp) onStep('A backup is made and proven.')
    await set.backUp?.()
    if (set.leaveBehind) onStep('The standby is cut off.')
    await set.leaveBehind?.()
    onStep('The fault is done.')
    const faultMs = clock.monotonicMs()
    await set.inject()
    const { notice, mendedMs } = await throughTheFault({ frame, set, ...script, before, faultMs, onStep })
    onStep('All is mended; it is watched until it is as before.')
    const end = { frame, set, before, traffic, faultMs, mendedMs, patienceMs }
    const recovery = await untilAsBefore(end)
    onStep('Members stop, and what they were told is held against what is stored.')
    await traffic.stop(DRILL_TARGETS.recovery.mostMs)
    signal.throwIfAborted()
    return {
      deployMs,
      detectionMs: notice && Math.round(notice.atMs - faultMs),
      detectedBy: notice?.by ?? null,
      ...recovery,
      ...requestFigures(traffic, faultMs),
      ...(await countLoss(traffic, keptMs)),
      reading: countReading(traffic.questions),
      privacy: traffic.privacy(),
    }
  } finally {
    await traffic.stop(0)
  }
}

/** What all saw who read answers by their streams. */
function countReading(questions: readonly Question[]): DrillReading {
  const reads = questions.flatMap(({ read }) => read ?? [])
  const sum = (of: (read: ReadAnswer) => number): number => reads.reduce((total, read) => total + of(read), 0)
  return {
    followed: reads.filter(({ isRead }) => isRead).length,
    unread: questions.filter(({ isAnswered, read }) => isAnswered && !read?.isRead).length,
    resumed: sum(({ resumed }) => resumed),
    gaps: sum(({ gaps }) => gaps),
    repeats: sum(({ repeats }) => repeats),
  }
}

/** Members are answered, and no request fails. */
async function untilSteady({ questions, requests }: Traffic, { clock, signal }: Frame): Promise<void> {
  const deadlineMs = clock.monotonicMs() + STEADY_LIMIT_MS
  while (questions.filter(({ isAnswered }) => isAnswered).length < STEADY_QUESTIONS) {
    if (clock.monotonicMs() > deadlineMs) throw new Error('No steady state was reached: questions were not answered.')
    await clock.sleep(LOOK_MS, signal)
  }
  const failed = requests.filter(({ isGood }) => !isGood).length
  const spoiled = questions.filter(({ endedMs, isAnswered }) => endedMs !== null && !isAnswered).length
  if (failed + spoiled > 0)
    throw new Error(`No steady state: ${failed} requests and ${spoiled} questions failed before anything was done.`)
}

interface Notice {
  readonly atMs: number
  readonly by: string
}

interface Fault {
  readonly frame: Frame
  readonly set: SetScene
  readonly before: Complaints
  readonly signs: readonly string[]
  readonly faultMs: number
  readonly onStep: (text: string) => void
}

/** Lets the fault last and mends it, while it is watched when the deployment notices. */
async function throughTheFault(fault: Fault): Promise<{ notice: Notice | null; mendedMs: number }> {
  const { frame, set, onStep, faultMs } = fault
  const { clock, signal } = frame
  const over = new AbortController()
  const noticing = watchNotice(fault, AbortSignal.any([signal, over.signal]))
  if (set.lastsMs === 'noticed') await noticing
  else await clock.sleep(set.lastsMs, signal)
  onStep('It is mended.')
  await set.mend().catch((error: unknown) => {
    throw new MendFailure(error instanceof Error ? error.message : String(error), { cause: error })
  })
  const mendedMs = clock.monotonicMs()
  // What has not been noticed by then is not there to be noticed any more, once its trace may have faded.
  await clock.sleep(Math.max(0, faultMs + 2 * LOOK_MS - mendedMs), signal)
  over.abort()
  return { notice: await noticing, mendedMs }
}

/** When the deployment first shows a sign of this very fault that it did not show before; null when it shows none in time. */
async function watchNotice(fault: Fault, over: AbortSignal): Promise<Notice | null> {
  const { frame, set, before, signs, faultMs, onStep } = fault
  const { clock, key } = frame
  const isSign = (complaint: string): boolean =>
    !before.has(complaint) && signs.some((sign) => complaint === sign || complaint.startsWith(`${sign} at `))
  while (!over.aborted && clock.monotonicMs() - faultMs <= DRILL_TARGETS.detection.mostMs) {
    const by = [...(await listComplaints(set.sophias, key))].find(isSign)
    const atMs = clock.monotonicMs()
    if (by !== undefined) {
      onStep(`It is noticed: ${by}.`)
      return { atMs, by }
    }
    await clock.sleep(LOOK_MS, over).catch(() => undefined)
  }
  return null
}

interface Mended {
  readonly frame: Frame
  readonly set: SetScene
  readonly before: Complaints
  readonly traffic: Traffic
  readonly faultMs: number
  readonly mendedMs: number
  readonly patienceMs: number
}

/** Until each member was answered as before and every part is as it was, or two minutes after it was mended. */
async function untilAsBefore(mended: Mended): Promise<Pick<DrillFigures, 'recoveryMs' | 'wholeMs'>> {
  const { frame, set, before, traffic, faultMs, mendedMs, patienceMs } = mended
  const { clock, key, signal } = frame
  let wholeMs: number | null = null
  while (clock.monotonicMs() - mendedMs <= DRILL_TARGETS.recovery.mostMs) {
    wholeMs ??= (await isWhole(set, before, key)) ? clock.monotonicMs() : null
    const since = Math.max(mendedMs, wholeMs ?? Number.POSITIVE_INFINITY)
    // One from before the fault may be about to be answered.
    if (wholeMs !== null && isAnsweredAgain(traffic, since) && !hasHanging(traffic, clock, patienceMs)) break
    await clock.sleep(LOOK_MS, signal)
  }
  const closed = traffic.questions.filter(({ endedMs }) => endedMs !== null)
  const isBack = isAnsweredAgain(traffic, mendedMs) && !hasHanging(traffic, clock, patienceMs)
  const failuresMs = traffic.requests.flatMap(({ isGood, sentMs, tookMs }) => (isGood ? [] : [sentMs + tookMs]))
  const recoveredMs = isBack ? findRecovery({ questions: closed, failuresMs }, faultMs, patienceMs) : null
  return {
    recoveryMs: recoveredMs === null ? null : Math.round(recoveredMs - faultMs),
    wholeMs: wholeMs === null ? null : Math.round(wholeMs - faultMs),
  }
}

async function isWhole({ sophias }: SetScene, before: Complaints, key: string): Promise<boolean> {
  const ready = await Promise.all(sophias.map((sophia) => sophia.isReady()))
  if (!ready.every(Boolean)) return false
  const now = await listComplaints(sophias, key)
  // An alert stays for a while after what it was about.
  return [...now].every((complaint) => before.has(complaint) || complaint.startsWith('alert '))
}

/** As many questions as there are members, asked since then, were answered. */
function isAnsweredAgain({ conversationIds, questions }: Traffic, sinceMs: number): boolean {
  const since = questions.filter(({ askedMs, isAnswered }) => askedMs >= sinceMs && isAnswered)
  return since.length >= conversationIds.length
}

function hasHanging({ questions }: Traffic, clock: Clock, patienceMs: number): boolean {
  return questions.some(({ askedMs, endedMs }) => endedMs === null && clock.monotonicMs() - askedMs > patienceMs)
}

function requestFigures({ questions, requests }: Traffic, faultMs: number) {
  const since = requests.filter(({ sentMs, tookMs }) => sentMs + tookMs >= faultMs)
  const waits = questions.flatMap(({ askedMs, endedMs }) =>
    endedMs !== null && endedMs >= faultMs ? [endedMs - askedMs] : [],
  )
  const slowMs = quantile(
    since.map(({ tookMs }) => tookMs),
    0.95,
  )
  return {
    questions: questions.length,
    takenOver: questions.filter(({ attempt }) => attempt > 1).length,
    longestWaitMs: waits.length === 0 ? null : Math.round(Math.max(...waits)),
    requests: since.length,
    failedRequests: since.filter(({ isGood }) => !isGood).length,
    requestP95Ms: slowMs === null ? null : Math.round(slowMs),
  }
}
