import type { ClientFrame } from '#contract/socket-frames.ts'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import { can, type Action, type Principal } from '#domain/permission.ts'
import { parsePlace } from '#domain/turn/place.ts'
import { unlessOutage } from '../outage.ts'
import { closeSlow, send, sendError, type SessionState } from './socket-state.ts'
import { subscribeTopic } from './subscribe-topic.ts'

type Command = Exclude<ClientFrame, { type: 'hello' | 'ping' }>

/** What frames need that need more than to converse. */
const ACTIONS: Readonly<Partial<Record<Command['type'], Action>>> = {
  'approval-answer': 'tool:approve',
  'question-answer': 'mcp:call',
}

/** One frame of a known member: authorised and let in as its route would be, then one verb. */
export async function answerFrame(state: SessionState, principal: Principal, frame: Command): Promise<void> {
  if (frame.type === 'topic-subscribe') {
    subscribeTopic(state, principal, frame.topic)
    return
  }
  if (!can(principal, actionOf(frame))) throw new SophiaError('NOT_PERMITTED')
  if (frame.type === 'turn-subscribe') await subscribe(state, principal, frame)
  else await admitted(state, frame, () => obey(state, principal, frame))
}

/** As HTTP does: by what this process can bear, ahead of pages, and at once when the database is away. */
function admitted<Result>(
  { needs: { gate, outage } }: SessionState,
  frame: Command,
  work: () => Promise<Result>,
): Promise<Result> {
  const method = frame.type === 'turn-subscribe' ? 'GET' : 'POST'
  const gated = (): Promise<Result> => (gate ? gate.run({ kind: `socket ${frame.type}`, rank: 'chat' }, work) : work())
  return unlessOutage({ access: actionOf(frame), method }, outage?.(), gated)
}

function actionOf({ type }: Command): Action {
  return ACTIONS[type] ?? 'conversation:use'
}

type Order = Exclude<Command, { type: 'topic-subscribe' | 'turn-subscribe' }>

async function obey(state: SessionState, principal: Principal, frame: Order): Promise<void> {
  const { conversations } = state.needs
  switch (frame.type) {
    case 'message-send': {
      const { conversationId, id, text, context } = frame
      state.needs.requireRoom?.()
      const message = { id, text, ...(context ? { context } : {}) }
      const accepted = await conversations.postMessage(principal, { conversationId, message })
      send(state, { type: 'message-ack', id, ...accepted })
      return
    }
    case 'turn-cancel':
      await conversations.cancelTurn(principal, frame.turnId)
      return
    case 'approval-answer':
      await conversations.answerApproval({
        principal,
        turnId: frame.turnId,
        callId: frame.callId,
        approve: frame.approve,
      })
      return
    case 'question-answer': {
      const { turnId, questionId, action, content } = frame
      await conversations.answerQuestion({ principal, turnId, questionId, answer: { action, content } })
    }
  }
}

async function subscribe(
  state: SessionState,
  principal: Principal,
  frame: Extract<Command, { type: 'turn-subscribe' }>,
): Promise<void> {
  const { turnId } = frame
  const { share } = state
  const before = state.subscriptions.get(turnId)
  // Who follows an answer anew goes on with what they took for it, whose end then gives nothing back.
  if (!share || !(before || share.takeSubscription())) {
    throw new SophiaError('RATE_LIMITED', { detail: 'You follow too many answers at once. Close some of them.' })
  }
  before?.abort()
  const mine = new AbortController()
  state.subscriptions.set(turnId, mine)
  try {
    const after = frame.after === undefined ? undefined : parsePlace(frame.after)
    const { conversations } = state.needs
    const open = () => conversations.readTurnEvents({ principal, turnId, after, signal: mine.signal })
    const events = await admitted(state, frame, open)
    for await (const placed of events) {
      if (mine.signal.aborted) break
      send(state, { type: 'turn-event', ...placed })
      await untilRoomy(state)
    }
  } catch (error) {
    if (!mine.signal.aborted) sendError(state, toSophiaError(error), turnId)
  } finally {
    if (state.subscriptions.get(turnId) === mine) {
      state.subscriptions.delete(turnId)
      share.giveSubscription()
    }
  }
}

const ROOMY_BYTES = 256 * 1024
const ROOM_POLL_MS = 20
const STALLED_MS = 10_000

/** Replaying a long journal must not outrun a healthy reader; one that takes nothing for ten seconds is closed. */
async function untilRoomy(state: SessionState): Promise<void> {
  const { webSocket, clock } = state.needs
  const until = clock.monotonicMs() + STALLED_MS
  while (webSocket.bufferedAmount > ROOMY_BYTES && !state.gone.signal.aborted) {
    if (clock.monotonicMs() > until) {
      closeSlow(state)
      return
    }
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(ROOM_POLL_MS)
  }
}
