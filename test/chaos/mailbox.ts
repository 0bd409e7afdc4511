import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { z } from 'zod'
import { insertDraft } from '#features/drafts/drafts-store.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { giveUp } from '../support/job-supervision.ts'
import type { Effect } from './history.ts'

/** Between the mail's arrival and the word that it was taken: whoever sends may die in it. */
const HALF_MS = 300
/** So many are refused for the moment, and have to be sent again. */
const REFUSED_SHARE = 0.1
const MESSAGE_ID = /^message-id: <draft-([0-9a-f-]{36})@/im

/** A mail server on loopback that counts what it takes, by the draft each mail came from. Whoever starts it ends it. */
export async function startMailbox() {
  const counts = new Map<string, number>()
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: (_address, _session, done) =>
      done(Math.random() < REFUSED_SHARE ? Object.assign(new Error('not now'), { responseCode: 451 }) : null),
    onData(stream, _session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const id = MESSAGE_ID.exec(text)?.[1] ?? 'of nobody'
        counts.set(id, (counts.get(id) ?? 0) + 1)
        setTimeout(done, HALF_MS)
      })
    },
  })
  // A sender that dies leaves nobody to tell.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  // A listening TCP server has an AddressInfo.
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails: (): Effect[] => [...counts].map(([key, count]) => ({ key, count })),
    end: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

/** As a colleague would leave one: it waits for the member's word. */
export async function writeMail(database: Database, memberId: string): Promise<string> {
  const id = createId()
  const draft = {
    id,
    memberId,
    kind: 'email',
    persona: 'marcus',
    about: { kind: 'deal', id: 'd1', label: 'Pier' },
  } as const
  const recipients = [{ name: 'Kim', email: 'kim@example.com' }]
  const text = { recipients, subject: 'As agreed', body: 'See you on Monday.', changes: [], sources: [], notes: [] }
  await database.read((handle) => insertDraft(handle, { ...draft, ...text, idempotencyKey: null, now: new Date() }))
  return id
}

const JOB = 'draft-send'
/** What runs has long ended by then: sending takes a moment. */
const PATIENCE_MS = 8000
const LIMIT_MS = 90_000
const CountRow = z.object({ count: z.number() })

/** Until no mail is on its way. Jobs whose process was killed are given up sooner than after their minutes, and tried again at once. */
export async function settleMail(database: Database): Promise<void> {
  const onTheWay = sql`select count(*)::int as count from drafts where status = 'approved'`
  const beganMs = performance.now()
  let lookMs = beganMs + PATIENCE_MS
  while (performance.now() - beganMs < LIMIT_MS) {
    const row = await database.read((handle) => handle.first(CountRow, onTheWay))
    if (row?.count === 0) return
    if (performance.now() > lookMs) {
      await giveUp(database, JOB)
      lookMs = performance.now() + PATIENCE_MS
    }
    await delay(200)
  }
}
