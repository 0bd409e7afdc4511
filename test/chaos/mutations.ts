import { edit, type Mutation } from './mutation.ts'
import { OUTSIDE_MUTATIONS } from './outside-mutations.ts'

const ROOM = 'src/features/conversations'
const POST = `${ROOM}/post-message.ts`
const ACCEPT = `  const { accepted, isNew } = await house.database.inTransaction((handle) =>
    store(house, handle, { ...request, principal }),
  )`
const HELD = 'b.fence = t.fence and b.attempt = t.attempt'
const ENDED = 'and fence = ${turn.fence} and attempt = ${turn.attempt} and status'
const RENEWED = `where turns.id = h.id and turns.fence = h.fence and turns.status in ('running', 'waiting')
      returning`
const QUEUE = `${ROOM}/queue-store.ts`
const LEASE = 'src/domain/turn/lease.ts'
const FREE = '(t.lease_until is null or t.lease_until < clock_timestamp())'

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'an acknowledgement before the commit that does not come',
    edits: edit(
      POST,
      ACCEPT,
      `  let kept: Awaited<ReturnType<typeof store>> | undefined
  const lose = Math.random() < 0.2
  await house.database.inTransaction(async (handle) => {
    kept = await store(house, handle, { ...request, principal })
    if (lose) throw new Error('lost')
  }).catch((error: unknown) => { if (!lose) throw error })
  if (!kept) throw new Error('lost')
  const { accepted, isNew } = kept`,
    ),
    shows: /was acknowledged and is lost/,
    faults: [],
  },
  {
    name: 'a message stored twice',
    edits: edit(
      POST,
      ACCEPT,
      `${ACCEPT}
  await house.database.inTransaction((handle) =>
    store(house, handle, { ...request, principal, message: { ...request.message, id: createId() } }),
  )`,
    ),
    shows: /is stored 2 times/,
    faults: [],
  },
  {
    name: 'a repeated message that is not recognised',
    edits: [
      {
        file: POST,
        from: 'const earlier = await findAccepted(handle, message.id)',
        to: 'const earlier = await findAccepted(handle, createId())',
      },
      {
        file: POST,
        from: '      id: message.id,\n      conversationId,',
        to: '      id: Math.random() < 0.5 ? message.id : createId(),\n      conversationId,',
      },
    ],
    shows: /was acknowledged and is lost|is stored \d+ times/,
    faults: ['line-cut'],
  },
  {
    name: 'a wrong place in the conversation acknowledged',
    edits: edit(POST, 'turnId, seq }, isNew: true', 'turnId, seq: seq + 1 }, isNew: true'),
    shows: /acknowledged as another/,
    faults: [],
  },
  {
    name: 'no fencing',
    edits: [
      { file: `${ROOM}/journal-store.ts`, from: HELD, to: 'true' },
      { file: `${ROOM}/turns-store.ts`, from: ENDED, to: "and (status <> 'failed' or status" },
      {
        file: `${ROOM}/turns-store.ts`,
        from: "in ('running', 'waiting') returning id)",
        to: "in ('running', 'waiting')) returning id)",
      },
      { file: `${ROOM}/turns-store.ts`, from: RENEWED, to: 'where turns.id = h.id\n      returning' },
    ],
    shows: /has [2-9] answers|is not dense|something else than its message|ends more than once/,
    faults: ['replica-freeze'],
  },
  {
    name: 'no look at the lease when claiming',
    edits: [
      {
        file: QUEUE,
        from: `const DUE = sql\`t.status in \${OPEN} and ${FREE}`,
        to: 'const DUE = sql`t.status in ${OPEN} and true',
      },
      {
        file: QUEUE,
        from: 'from queue where lease_until is null or lease_until < ${latest}',
        to: 'from queue where true',
      },
      { file: QUEUE, from: ' and (t.lease_until is null or t.lease_until < ${latest})', to: '' },
    ],
    shows: /is (failed with INTERNAL|running)|no client saw the end|could not follow/,
    faults: [],
  },
  {
    name: 'no takeover',
    edits: edit(QUEUE, 'const DUE = sql`t.status in ${OPEN} and', "const DUE = sql`t.status = 'queued' and"),
    shows: /is running/,
    faults: ['replica-kill'],
    kills: 2,
  },
  {
    name: 'a storm of takeovers after an outage of the database',
    edits: [
      { file: LEASE, from: '  if (memory.isAway) return false\n', to: '' },
      {
        file: LEASE,
        from: 'return memory.backSinceMs === null || monotonicMs - memory.backSinceMs >= Math.max(leaseMs, memory.returnMs)',
        to: 'return true',
      },
      {
        file: LEASE,
        from: 'return memory.seen === null ? null : memory.seen.databaseMs + hangLimit(leaseMs)',
        to: 'return Date.UTC(9999, 0)',
      },
    ],
    shows: /turns were taken over although nobody had died/,
    faults: ['postgres-immediate'],
  },
  {
    name: 'a takeover without a word',
    edits: edit(
      `${ROOM}/answer-turn.ts`,
      "    emit(work, { type: 'turn-restart'",
      "    if (turn.attempt > 99) emit(work, { type: 'turn-restart'",
    ),
    shows: /begins without a word/,
    faults: ['replica-kill'],
    kills: 2,
  },
  {
    name: 'readers held to the attempt that died',
    edits: ['${turnId}', 'w.turn_id'].flatMap((id) =>
      edit(
        `${ROOM}/journal-store.ts`,
        `(select max(attempt) from turn_events where turn_id = ${id})`,
        `(select min(attempt) from turn_events where turn_id = ${id})`,
      ),
    ),
    shows: /could not follow|no client saw the end|is not what is stored/,
    faults: ['replica-kill'],
    kills: 2,
  },
  {
    name: 'a gap in the journal',
    edits: edit(
      `${ROOM}/journal-store.ts`,
      'from batch b join held on held.id = b.turn_id\n',
      'from batch b join held on held.id = b.turn_id and b.n % 6 <> 4\n',
    ),
    shows: /is not dense/,
    faults: [],
  },
  {
    name: 'a journal without its last events',
    edits: edit(
      `${ROOM}/end-turn.ts`,
      '        await insertEvents(handle, entries)\n',
      '        await insertEvents(handle, Math.random() < 0.3 ? [] : entries)\n',
    ),
    shows: /does not end with turn-end/,
    faults: [],
  },
  {
    name: 'delivery before the commit',
    edits: edit(
      `${ROOM}/journal.ts`,
      '    const held = await needs.database.read((handle) => insertEvents(handle, entries))',
      `    needs.feed.publish(entries.map((entry) => entry.placed))
    await needs.clock.sleep(400)
    const held = await needs.database.read((handle) => insertEvents(handle, entries))`,
    ),
    shows: /was delivered and is not in the journal/,
    faults: ['replica-kill'],
    kills: 3,
  },
  {
    name: 'resuming one event too late',
    edits: edit(
      `${ROOM}/journal-store.ts`,
      '> (${after.attempt}, ${after.n})',
      '> (${after.attempt}, ${after.n + Math.sign(after.n)})',
    ),
    shows: /could not follow turn \S+ JOURNAL_EXPIRED|could not follow turn \S+ HTTP 4|as a gap|no client saw the end/,
    faults: ['line-reset', 'replica-kill'],
    kills: 1,
  },
  {
    name: 'an answer stored otherwise than it was told',
    edits: edit(`${ROOM}/turn-work.ts`, '  work.text += text\n', "  work.text += text.normalize('NFD')\n"),
    shows: /wrong answer|something else than its message/,
    faults: [],
  },
  {
    name: 'a call that is not in the ledger',
    edits: edit(
      'src/features/budgets/usage-store.ts',
      '    sql`with freed as',
      '    Math.random() < 0.3 ? sql`select 1` : sql`with freed as',
    ),
    shows: /tokens and the ledger has 0/,
    faults: [],
  },
  {
    name: 'a call that is counted twice',
    edits: edit(
      'src/features/budgets/usage-store.ts',
      '${entry.usage.input}, ${entry.usage.cachedInput}',
      '${2 * entry.usage.input}, ${entry.usage.cachedInput}',
    ),
    shows: /I8: turn \S+ says/,
    faults: [],
  },
  {
    name: 'a kept answer without its owner',
    edits: edit(
      'src/platform/models/keep-answers.ts',
      'space.getOrSet(keyOf(request, chain.label), { owner }, make)',
      "space.getOrSet(keyOf(request, chain.label), { owner: 'everyone' }, make)",
    ),
    shows: /got the answer "nonce/,
    faults: [],
  },
  {
    name: 'conversations that anybody may read',
    edits: edit(
      `${ROOM}/list-messages.ts`,
      'if (!(await findConversation(handle, principal.memberId, conversationId)))',
      'if ((await findConversation(handle, principal.memberId, conversationId)) === null)',
    ),
    shows: /heard of message/,
    faults: [],
  },
  {
    name: 'streams that anybody may read',
    edits: edit(
      `${ROOM}/journal-store.ts`,
      'from turns t where t.id = ${turnId} and t.member_id = ${memberId}',
      'from turns t where t.id = ${turnId} and (t.member_id = ${memberId} or true)',
    ),
    shows: /heard of message/,
    faults: [],
  },
  {
    name: 'text of members in the log',
    edits: edit(
      POST,
      '  if (isNew) house.feed',
      '  house.log.error({ text: request.message.text }, "posted")\n  if (isNew) house.feed',
    ),
    shows: /is in the log of/,
    faults: [],
  },
  {
    name: 'files left open',
    edits: [
      {
        file: POST,
        from: 'import type { MessageAccepted',
        to: "import { openSync } from 'node:fs'\nimport type { MessageAccepted",
      },
      {
        file: POST,
        from: '  if (isNew) house.feed',
        to: "  for (let at = 0; at < 20; at += 1) openSync('/dev/null', 'r')\n  if (isNew) house.feed",
      },
    ],
    shows: /handles and has/,
    faults: [],
  },
  ...OUTSIDE_MUTATIONS,
]
