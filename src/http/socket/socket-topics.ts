import type { SocketTopic } from '#contract/socket-frames.ts'
import type { Action, Principal } from '#domain/permission.ts'

/** What a topic tells, and whom. */
export interface TopicSource {
  readonly action: Action
  /** Answers how to stop. */
  hear(principal: Principal, tell: (data: unknown) => void): () => void
}

export type SocketTopics = Readonly<Record<SocketTopic, TopicSource>>
