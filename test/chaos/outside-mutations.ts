import { edit, type Mutation } from './mutation.ts'

const ROOM = 'src/features/conversations'
const SEND = 'src/features/drafts/send-draft.ts'
const APPROVE = 'src/features/drafts/approve-draft.ts'
const QUEUED = 'await needs.jobs.send(DRAFT_SEND, { draftId: draft.id }, { key: draft.id, handle })'
const SENT = '  await needs.database.read((handle) => markSent(handle, mail.id, needs.clock.now()))'

/** Of what is done outside, and of the Redis that takes writes. */
export const OUTSIDE_MUTATIONS: readonly Mutation[] = [
  {
    name: 'a side effect under another key each time',
    edits: edit(
      `${ROOM}/run-write-call.ts`,
      'idempotencyKey: `${work.turn.id}.${stored.index}`,',
      'idempotencyKey: `${work.turn.id}.${Math.random()}`,',
    ),
    shows: /came under the key/,
    faults: [],
  },
  {
    name: 'a side effect repeated unasked after a takeover',
    edits: edit(
      `${ROOM}/calls-store.ts`,
      "status = case when status = 'running' then 'unknown' else status end,",
      "status = case when status = 'running' then 'approved' else status end,",
    ),
    shows: /was sent [2-9] times on/,
    faults: ['replica-kill'],
    kills: 8,
  },
  {
    name: 'a mail sent again when its job is run again',
    edits: [
      { file: SEND, from: 'if (isUnderWay) return', to: 'if (isUnderWay && isRestored) return' },
      { file: SEND, from: SENT, to: `  if (Math.random() < 0.5) throw new Error('lost')\n${SENT}` },
    ],
    shows: /the effect of job \S+ happened [2-9] times/,
    faults: [],
  },
  {
    name: 'a mail without its job',
    edits: [
      { file: APPROVE, from: QUEUED, to: `if (Math.random() < 0.5) ${QUEUED}` },
      // Nor is it found again.
      { file: SEND, from: "cron: '*/5 * * * *',", to: "cron: '0 0 1 1 *'," },
    ],
    shows: /was let go and neither left nor was given back/,
    faults: [],
  },
  {
    name: 'a primary of Redis that is never left for another',
    edits: edit(
      'src/platform/redis/redis-line.ts',
      'if (signal.aborted || (before?.host === node.host && before.port === node.port)) continue',
      'if (signal.aborted || before) continue',
    ),
    shows: /Redis with its replica was never as before/,
    faults: ['redis-failover'],
  },
]
