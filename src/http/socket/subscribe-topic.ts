import type { SocketTopic } from '#contract/socket-frames.ts'
import { SophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import { send, type SessionState } from './socket-state.ts'

/** From now on the connection is told of the topic; who was here before is told first that they may have missed something. */
export function subscribeTopic(state: SessionState, principal: Principal, topic: SocketTopic): void {
  if (state.topics.has(topic)) return
  const source = state.needs.topics[topic]
  if (!can(principal, source.action)) throw new SophiaError('NOT_PERMITTED')
  // Noted before it is heard: the first may be told at once.
  state.topics.set(topic, () => undefined)
  state.topics.set(
    topic,
    source.hear(principal, (data) => send(state, { type: 'topic-event', topic, data })),
  )
  if (state.wasHere) tellMissed(state, topic)
}

/** It had a connection before. What came since is not kept for it: it looks for itself, at what it listens to already and at what follows. */
export function noteReturn(state: SessionState): void {
  if (state.wasHere) return
  state.wasHere = true
  for (const topic of state.topics.keys()) tellMissed(state, topic)
}

function tellMissed(state: SessionState, topic: SocketTopic): void {
  const { missed } = state.needs.topics[topic]
  if (missed) send(state, { type: 'topic-event', topic, data: missed() })
}
