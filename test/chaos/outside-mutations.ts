import { edit, type Mutation } from './mutation.ts'

const ROOM = 'src/features/conversations'
const SEND = 'src/features/drafts/send-draft.ts'
const APPROVE = 'src/features/drafts/approve-draft.ts'
const QUEUED = 'await needs.jobs.send(DRAFT_SEND, { draftId: draft.id }, { key: draft.id, handle })'
const SENT = '  await storeEnd(needs, signal, (handle) => markSent(handle, mail.id, needs.clock.now()))'

/** Of what is done outside, of those who do not listen, and of what Redis keeps. */
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
    name: 'a connection that is kept although its reader takes nothing',
    edits: edit('src/http/socket/socket-state.ts', "  endSession(state, CLOSE.overCapacity, 'too slow')\n", ''),
    shows: /read nothing for \d+ s was not cut off/,
    faults: ['slow-consumer'],
    quietMs: 80_000,
  },
  {
    name: 'tags that begin anew as what they were',
    // To invalidate one is to have Redis forget it: it shows without a loss of all.
    edits: edit('src/platform/cache/shared-tier.ts', 'version = ARGV[4] .. place', "version = 'first'"),
    shows: /of the cache was answered \d+ times with what it had itself changed before/,
    faults: [],
  },
]
