import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { CLOSE, ClientFrame, ServerFrame, SocketTopic } from '#contract/socket-frames.ts'
import { TurnEvent } from '#contract/turn-events.ts'

/** What readers of streams rely on, written out: each shape with its fields; one that may be absent ends in `?`. */

const EVENTS = [
  'turn-start: persona, personaVersion, model',
  'text-delta: text',
  'tool-call: callId, tool, input',
  'approval-needed: callId, tool, input, expiresAt, note?',
  'tool-progress: callId, progress, total, message',
  'question-asked: from, message, fields, url, callId, questionId, expiresAt',
  'question-answered: callId, questionId, action',
  'tool-result: callId, ok, summary',
  'source: kind, id, label',
  'turn-restart: reason',
  'turn-end: status, messageId, usage, cost, cache',
  'turn-error: code, detail, retryable',
]

const CLIENT_FRAMES = [
  'hello: token?, lastSeen?',
  'message-send: conversationId, id, text, context?',
  'turn-subscribe: turnId, after?',
  'turn-cancel: turnId',
  'approval-answer: turnId, callId, approve',
  'question-answer: action, content?, turnId, questionId',
  'topic-subscribe: topic',
  'ping: ',
]

const SERVER_FRAMES = [
  'welcome: memberId, heartbeatSeconds, maxFrameBytes',
  'message-ack: id, messageId, turnId, seq',
  'turn-event: turnId, attempt, n, event',
  'topic-event: topic, data',
  'error: code, detail, correlationId, id?, retryAfterSeconds?',
  'drain: reconnectAfterMs',
  'pong: ',
]

const TOPICS = ['conversations', 'mcp-status', 'health', 'alerts']

const Union = z.object({
  oneOf: z.array(
    z.object({
      properties: z.looseObject({ type: z.object({ const: z.string() }) }),
      required: z.array(z.string()),
    }),
  ),
})

function describeShapes(union: z.ZodType): string[] {
  const { oneOf } = Union.parse(z.toJSONSchema(union))
  return oneOf.map(({ properties: { type, ...fields }, required }) => {
    const names = Object.keys(fields).map((name) => (required.includes(name) ? name : `${name}?`))
    return `${type.const}: ${names.join(', ')}`
  })
}

test('every event of a turn with its fields', () => {
  assert.deepEqual(describeShapes(TurnEvent), EVENTS)
})

test('every frame of the socket with its fields, both ways', () => {
  assert.deepEqual(describeShapes(ClientFrame), CLIENT_FRAMES)
  assert.deepEqual(describeShapes(ServerFrame), SERVER_FRAMES)
})

test('the codes with which a socket is closed', () => {
  assert.deepEqual(CLOSE, { drain: 1001, policy: 1008, tooBig: 1009, overCapacity: 1013, credentialsEnded: 4401 })
})

test('the topics of the socket', () => {
  assert.deepEqual(SocketTopic.options, TOPICS)
})
