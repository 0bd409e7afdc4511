/** The second process: it watches the first and tells people when that is down, without its help and without the database. */
import { rm, writeFile } from 'node:fs/promises'
import { renderMessage } from '#domain/alerts/render-message.ts'
import { findRule } from '#domain/alerts/rules.ts'
import { MISSES_TO_TELL } from '#domain/objectives/objectives.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { createLog } from '#platform/log/log.ts'
import { createMailer } from '#platform/mail/create-mailer.ts'
import { createWebhook } from '#platform/notify/create-webhook.ts'
import { probeServer } from './probe-server.ts'
import { watchServer, type Change } from './watch-server.ts'
import { WatchdogOrder } from './watchdog-message.ts'

type Watched = Extract<WatchdogOrder, { type: 'watch' }>

const log = createLog({ level: 'info', isForPeople: false }).child({ 'process.title': 'watchdog' })
/** A server that is gone for good is told of once; after that there is nothing left to watch. */
const TRIES = 5
const PAUSE_MS = 5000

let watched: Watched | undefined
let isAlone = false
let told: Promise<void> = Promise.resolve()
let noted: Promise<void> = Promise.resolve()
const leaving = new AbortController()

async function tell({ isDown, detail }: { readonly isDown: boolean; readonly detail: string }): Promise<void> {
  const rule = findRule('server-unreachable')
  if (!watched || !rule) return
  const alert = { rule, subject: watched.replica, value: MISSES_TO_TELL, threshold: 1, isTold: !isDown }
  const plan = { group: rule.group, fired: isDown ? [alert] : [], resolved: isDown ? [] : [alert] }
  const { subject, text } = renderMessage(plan, watched.publicUrl)
  const body = `${text}\n${watched.replica}: ${detail}`
  const id = `${watched.replica.replaceAll(/[^\w-]/g, '-')}-${clock.now().getTime()}`
  const { webhookUrl, smtp, recipients, publicUrl } = watched
  const ways: (() => Promise<void>)[] = []
  if (webhookUrl) {
    const webhook = createWebhook({ url: webhookUrl, log, clock })
    ways.push(() => webhook.post({ id: `outage-${id}`, text: `*${subject}*\n${body}` }))
  }
  if (smtp && recipients.length > 0) {
    const mailer = createMailer({ ...smtp, log, clock })
    const messageId = `<outage.${id}@${new URL(publicUrl).hostname}>`
    ways.push(() => mailer.send({ to: recipients, subject, text: body, messageId }))
  }
  await Promise.all(ways.map(insist))
}

/** Tries again: whoever is told by e-mail or chat is better told late than never. */
async function insist(send: () => Promise<void>): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      return await send()
    } catch (error) {
      log.warn({ error, attempt }, 'that the server is down could not be told')
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(PAUSE_MS * attempt)
    }
  }
}

/** Notes an outage for the start after it; one that ended by itself was counted by its probes, and leaves no note. */
async function note({ url, replica, noteFile }: Watched, { isDown, detail, sinceMs }: Change): Promise<void> {
  const text = JSON.stringify({ replica, since: new Date(sinceMs).toISOString(), detail })
  await (isDown ? writeFile(noteFile, text, { mode: 0o600 }) : rm(noteFile, { force: true })).catch((error: unknown) =>
    log.warn({ error, url }, 'the outage could not be noted'),
  )
}

function begin(order: Watched): void {
  const isFirst = watched === undefined
  watched = order
  if (!isFirst) return
  void watchServer({
    clock,
    signal: leaving.signal,
    probe: () => probeServer(order.url),
    onProbed: ({ isGood, misses, detail }) => {
      // A server that was killed while the probe was under way does not hear it; without somebody to take the failure we would end with it.
      if (process.connected) process.send?.({ isGood, misses, detail }, () => undefined)
      // Without its server it stays until people know; one that answers again has a second process of its own.
      if (isAlone && (isGood || misses >= MISSES_TO_TELL)) leaving.abort()
    },
    onChange: (change) => {
      log.warn(
        { isDown: change.isDown, detail: change.detail },
        change.isDown ? 'the server is down' : 'the server is back',
      )
      noted = noted.then(() => note(order, change))
      told = told.then(() => tell(change))
    },
  }).then(end)
}

async function end(): Promise<void> {
  await Promise.all([noted, told])
  process.exit(0)
}

process.on('message', (message) => {
  const order = WatchdogOrder.parse(message)
  if (order.type === 'watch') begin(order)
  else leaving.abort()
})
process.on('disconnect', () => {
  isAlone = true
  if (watched === undefined) process.exit(0)
})
// Ctrl-C is for the server, which says whether it leaves.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
