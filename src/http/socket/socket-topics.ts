import type { SocketTopic } from '#contract/socket-frames.ts'
import type { Action, Principal } from '#domain/permission.ts'

/** What a topic tells, and whom. */
export interface TopicSource {
  readonly action: Action
  /** Answers how to stop. */
  hear(principal: Principal, tell: (data: unknown) => void): () => void
  /** What says that something may have been missed; a topic that tells its whole state at first has none. */
  readonly missed?: () => unknown
}

export type SocketTopics = Readonly<Record<SocketTopic, TopicSource>>
