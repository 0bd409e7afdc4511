import { z } from 'zod'
import { MessageAccepted, Turn } from '#contract/conversations.ts'
import type { Clock } from '#domain/clock.ts'
import type { AskedQuestion } from '#domain/drills/find-recovery.ts'
import { createId } from '#platform/crypto/ids.ts'
import { askSophia } from '#platform/scratch/client.ts'
import type { ScratchSophia } from '#platform/scratch/sophia.ts'
import { followAnswer, type ReadAnswer } from './follow-answer.ts'
import { bringOtherMember } from './other-member.ts'

/** A question as its member saw it. */
export interface Question extends AskedQuestion {
  readonly messageId: string
  readonly turnId: string | null
  /** null: Sophia never said that she has it. */
  readonly acknowledgedMs: number | null
  /** null: nobody has read its stream yet. */
  readonly read: ReadAnswer | null
}

/** What the owner heard of what another member said, who is not to be overheard. */
export interface Privacy {
  /** Times they said it. */
  readonly said: number
  /** Answers and events that the owner got. */
  readonly looked: number
  /** Of these, such as held what they had said. */
  readonly overheard: number
}

/** A request as whoever sent it saw it, whichever process answered in the end. */
export interface SentRequest {
  readonly sentMs: number
  readonly tookMs: number
  readonly isGood: boolean
}

/** Members who ask and read for as long as a rehearsal lasts. */
export interface Traffic {
  readonly conversationIds: readonly string[]
  readonly questions: readonly Question[]
  readonly requests: readonly SentRequest[]
  privacy(): Privacy
  /** Nobody asks anything new; resolves once each question has its end, or after `limitMs`. */
  stop(limitMs: number): Promise<void>
  /** One request, as a member would send it; null when no process answered it. */
  send(wanted: Wanted): Promise<Answer | null>
}

interface Wanted {
  readonly path: string
  readonly method?: 'GET' | 'POST'
  readonly body?: object
  /** Which process is asked first, by its place. */
  readonly first?: number
}

interface Answer {
  readonly status: number
  readonly body: unknown
}

interface TrafficNeeds {
  readonly sophias: readonly ScratchSophia[]
  readonly key: string
  readonly clock: Clock
}

interface Sending extends TrafficNeeds {
  /** Told of whatever comes back. */
  readonly hear: (text: string) => void
}

/** In the words of people who ask; each takes a skill over the sample company. */
const TOPICS = [
  { persona: 'marcus', text: 'How does the pipeline look?' },
  { persona: 'sarah', text: 'Which clients are at risk?' },
  { persona: 'marcus', text: 'What changed in the pipeline this week?' },
] as const
const BETWEEN_QUESTIONS_MS = 250
const BETWEEN_LOOKS_MS = 200
const BETWEEN_READS_MS = 300
const BETWEEN_TRIES_MS = 200
const ONE_TRY_MS = 5000
/** How long somebody reads on who sees elsewhere that the answer has its end. */
const READ_ON_MS = 10_000

const Made = z.object({ id: z.string() })
const ENDED: ReadonlySet<string> = new Set(['complete', 'failed', 'cancelled'])

/** Opens a conversation for each topic and begins to ask. Throws when none can be opened. */
export async function startTraffic(needs: TrafficNeeds): Promise<Traffic> {
  const closing = new AbortController()
  const deadline = new AbortController()
  const requests: SentRequest[] = []
  const questions: MutableQuestion[] = []
  const other = await bringOtherMember(needs)
  const ear = createEar(other.word)
  const sending = { ...needs, hear: ear.hear }
  const send: Traffic['send'] = (wanted) => sendToAny(sending, requests, wanted)
  const conversationIds: string[] = []
  for (const { persona } of TOPICS) {
    const made = await send({ method: 'POST', path: '/api/conversations', body: { persona } })
    if (made?.status !== 201 && made?.status !== 200)
      throw new Error(`No conversation could be opened: ${made?.status ?? 'nobody answered'}.`)
    conversationIds.push(Made.parse(made.body).id)
  }
  const { clock } = needs
  const talking = other.talk(closing.signal)
  const asking = TOPICS.map(async ({ text }, place) => {
    const member = { ...sending, place, conversationId: conversationIds[place] ?? '', send, deadline: deadline.signal }
    while (!closing.signal.aborted) {
      const question = newQuestion(clock)
      questions.push(question)
      await askOne(member, question, text)
      await pause(clock, BETWEEN_QUESTIONS_MS, closing.signal)
    }
  })
  const reading = (async () => {
    for (let place = 0; !closing.signal.aborted; place += 1) {
      await send({ path: place % 4 === 3 ? other.path : '/api/deals?limit=20', first: place })
      await pause(clock, BETWEEN_READS_MS, closing.signal)
    }
  })()
  return {
    conversationIds,
    questions,
    requests,
    send,
    privacy: () => ({ said: other.said(), ...ear.heard() }),
    async stop(limitMs) {
      closing.abort()
      const timer = setTimeout(() => deadline.abort(), limitMs)
      await Promise.all([...asking, reading, talking])
      clearTimeout(timer)
    },
  }
}

/** Counts what it is told, and how often the word is in it. */
function createEar(word: string) {
  let looked = 0
  let overheard = 0
  return {
    hear(text: string): void {
      looked += 1
      if (text.includes(word)) overheard += 1
    },
    heard: () => ({ looked, overheard }),
  }
}

interface MutableQuestion {
  readonly messageId: string
  readonly askedMs: number
  turnId: string | null
  attempt: number
  acknowledgedMs: number | null
  endedMs: number | null
  isAnswered: boolean
  read: ReadAnswer | null
}

function newQuestion(clock: Clock): MutableQuestion {
  return {
    messageId: createId(),
    askedMs: clock.monotonicMs(),
    turnId: null,
    attempt: 1,
    acknowledgedMs: null,
    endedMs: null,
    isAnswered: false,
    read: null,
  }
}

interface Asking extends Sending {
  readonly place: number
  readonly conversationId: string
  readonly send: Traffic['send']
  readonly deadline: AbortSignal
}

/** Until it has its end; gives up at the deadline. */
async function askOne(asking: Asking, question: MutableQuestion, text: string): Promise<void> {
  await untilAcknowledged(asking, question, text)
  const { turnId } = question
  if (turnId === null) return
  const { place, clock, deadline } = asking
  const leaving = new AbortController()
  const signal = AbortSignal.any([deadline, leaving.signal])
  const following = followAnswer({ ...asking, first: place, signal }, turnId)
  await untilEnded(asking, question, turnId)
  const limit = new AbortController()
  void clock.sleep(READ_ON_MS, limit.signal).then(
    () => leaving.abort(),
    () => undefined,
  )
  question.read = await following
  limit.abort()
}

/** Sends the same message again and again: it is stored once. */
async function untilAcknowledged(asking: Asking, question: MutableQuestion, text: string): Promise<void> {
  const { place, conversationId, send, clock, deadline } = asking
  const body = { id: question.messageId, text }
  const path = `/api/conversations/${conversationId}/messages`
  while (!deadline.aborted) {
    const accepted = await send({ method: 'POST', path, body, first: place })
    if (accepted?.status === 202) {
      question.turnId = MessageAccepted.parse(accepted.body).turnId
      question.acknowledgedMs = clock.monotonicMs()
      return
    }
    await pause(clock, BETWEEN_TRIES_MS, deadline)
  }
}

async function untilEnded(asking: Asking, question: MutableQuestion, turnId: string): Promise<void> {
  const { place, send, clock, deadline } = asking
  while (!deadline.aborted) {
    const seen = await send({ path: `/api/turns/${turnId}`, first: place })
    const turn = Turn.safeParse(seen?.body).data
    question.attempt = turn?.attempt ?? question.attempt
    // One that is not there any more, as after a restore to an earlier time, has its end too.
    if (seen?.status === 404 || (turn && ENDED.has(turn.status))) {
      question.endedMs = clock.monotonicMs()
      question.isAnswered = turn?.status === 'complete'
      return
    }
    await pause(clock, BETWEEN_LOOKS_MS, deadline)
  }
}

/** Tries one process after the other, as a balancer would for those behind it. */
async function sendToAny(needs: Sending, requests: SentRequest[], wanted: Wanted): Promise<Answer | null> {
  const { sophias, key, clock, hear } = needs
  const { path, method = 'GET', body, first = 0 } = wanted
  const sentMs = clock.monotonicMs()
  let answer: (Answer & { readonly text: string }) | null = null
  for (let nth = 0; nth < sophias.length; nth += 1) {
    const sophia = sophias[(first + nth) % sophias.length]
    answer = sophia
      ? await askSophia({
          url: sophia.url,
          path,
          method,
          key,
          limitMs: ONE_TRY_MS,
          ...(body === undefined ? {} : { body }),
        }).catch(() => null)
      : null
    if (answer) hear(answer.text)
    if (answer && answer.status < 500) break
  }
  const isGood = answer !== null && (answer.status < 400 || answer.status === 404)
  requests.push({ sentMs, tookMs: clock.monotonicMs() - sentMs, isGood })
  return answer
}

/** Its end comes early when nobody waits any more. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return clock.sleep(ms, signal).catch(() => undefined)
}
