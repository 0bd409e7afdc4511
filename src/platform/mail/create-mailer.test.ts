import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { SophiaError } from '#domain/errors.ts'
import { systemClock } from '#platform/clock.ts'
import { createMailer } from './create-mailer.ts'
import type { Mail, Mailer } from './mailer.ts'

const read = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')
/** Of `localhost`, for these tests only. */
const TLS = { key: read('localhost-key.pem'), cert: read('localhost-cert.pem') }
const PASSWORD = 'p@ss/word'

const mail: Mail = {
  to: [{ name: 'Anna Bell', email: 'anna@example.com' }],
  subject: 'Your day',
  text: 'Three things.',
  messageId: '<briefing.1@sophia.example.com>',
}

interface Running {
  readonly port: number
  readonly received: string[]
  readonly envelopes: { from: string; to: string[] }[]
}

function portOf(server: Server): number {
  // A listening TCP server has an AddressInfo.
  return (server.address() as AddressInfo).port
}

/** A real SMTP server that keeps what it takes. */
async function openServer(t: TestContext, options: SMTPServerOptions = {}): Promise<Running> {
  const received: string[] = []
  const envelopes: Running['envelopes'] = []
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    ...TLS,
    onData(stream, session, done) {
      let text = ''
      stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')))
      stream.on('end', () => {
        received.push(text)
        const { mailFrom, rcptTo } = session.envelope
        envelopes.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map((to) => to.address) })
        done()
      })
    },
    ...options,
  })
  // A client that distrusts the certificate ends the handshake; that is what its test is about.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise<void>((resolve) => server.close(resolve)))
  return { port: portOf(server.server), received, envelopes }
}

function open(url: string, change: Partial<Parameters<typeof createMailer>[0]> = {}): Mailer & { lines: string[] } {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const from = 'Sophia <sophia@example.com>'
  return { ...createMailer({ url, from, log, clock: systemClock, certificateAuthority: TLS.cert, ...change }), lines }
}

async function failureOf(mailer: Mailer, sent: Mail = mail): Promise<SophiaError> {
  const error: unknown = await mailer.send(sent).then(
    () => 'taken',
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof SophiaError, String(error))
  assert.equal(error.code, 'MAIL_FAILED')
  return error
}

function refusing(code: number, words: string): SMTPServerOptions {
  return { onRcptTo: (_address, _session, done) => done(Object.assign(new Error(words), { responseCode: code })) }
}

test('a mail arrives with both its forms, its id and the headers that end a subscription', async (t) => {
  const server = await openServer(t)
  const unsubscribeUrl = `https://sophia.example.com/api/briefings/unsubscribe?token=${'t'.repeat(43)}`
  await open(`smtp://127.0.0.1:${server.port}`).send({ ...mail, html: '<p>Three things.</p>', unsubscribeUrl })
  assert.deepEqual(server.envelopes, [{ from: 'sophia@example.com', to: ['anna@example.com'] }])
  const text = server.received[0]?.replaceAll(/\r\n[ \t]+/g, ' ') ?? ''
  for (const part of [
    /^From: Sophia <sophia@example\.com>\r$/m,
    /^To: Anna Bell <anna@example\.com>\r$/m,
    /^Message-ID: <briefing\.1@sophia\.example\.com>\r$/m,
    /^List-Unsubscribe: <https:\/\/sophia\.example\.com\/api\/briefings\/unsubscribe\?token=t{43}>\r$/m,
    /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m,
    /^Auto-Submitted: auto-generated\r$/m,
    /Content-Type: text\/plain/,
    /<p>Three things\.<\/p>/,
  ])
    assert.match(text, part)
})

test('what a name or a subject carries cannot become a header, an address or a second recipient', async (t) => {
  const server = await openServer(t)
  const mailer = open(`smtp://127.0.0.1:${server.port}`)
  const name = 'Eve\r\nBcc: victim@example.com <x@example.com>, "'
  await mailer.send({
    ...mail,
    to: [{ name, email: 'eve@example.com' }],
    subject: 'A\r\nBcc: victim@example.com\u2028B',
  })
  const head = server.received[0]?.split('\r\n\r\n')[0] ?? ''
  assert.doesNotMatch(head, /^bcc:/im)
  assert.deepEqual(server.envelopes[0]?.to, ['eve@example.com'])
  for (const email of ['a@b.c,d@e.f', 'a@b.c\r\nRCPT TO:<d@e.f>', '<a@b.c>', 'a b@c.d', 'nobody', '']) {
    const error = await failureOf(mailer, { ...mail, to: [{ name: 'x', email }] })
    assert.equal(error.retryable, false, email)
  }
  assert.equal(server.received.length, 1)
})

test('an unknown recipient is refused for good, and neither the error nor the log says who it was', async (t) => {
  const server = await openServer(t, refusing(550, 'no such user: anna@example.com'))
  const mailer = open(`smtp://127.0.0.1:${server.port}`)
  const error = await failureOf(mailer)
  assert.equal(error.retryable, false)
  assert.match(error.message, /550/)
  assert.doesNotMatch([error.stack, String(error.cause), ...mailer.lines].join(), /anna/)
})

test('a greylisted recipient may be taken later', async (t) => {
  const server = await openServer(t, refusing(451, 'greylisted, try again later'))
  const error = await failureOf(open(`smtp://127.0.0.1:${server.port}`))
  assert.deepEqual([error.retryable, /451/.test(error.message)], [true, true])
})

test('a server that is silent before or after its greeting is given up, and may be asked again', async (t) => {
  const silent = createServer(() => undefined)
  const polite = createServer((socket) => void socket.write('220 hello\r\n'))
  for (const server of [silent, polite]) {
    const sockets: { destroy(): void }[] = []
    server.on('connection', (socket) => sockets.push(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    const limits = { connectMs: 500, greetingMs: 50, silenceMs: 50 }
    const error = await failureOf(open(`smtp://127.0.0.1:${portOf(server)}`, { limits }))
    assert.equal(error.retryable, true)
  }
})

test('a server that is not there may be there later', async () => {
  const error = await failureOf(open('smtp://127.0.0.1:9'))
  assert.equal(error.retryable, true)
})

test('TLS from the first byte and by STARTTLS: the sign-in goes through, and only under a certificate that is trusted', async (t) => {
  const signIns: string[] = []
  const onAuth: SMTPServerOptions['onAuth'] = (auth, _session, done) => {
    signIns.push(`${auth.username} ${auth.password}`)
    done(null, { user: 'sophia' })
  }
  for (const [scheme, secure] of [
    ['smtps', true],
    ['smtp', false],
  ] as const) {
    const server = await openServer(t, { secure, onAuth, authOptional: false })
    const url = `${scheme}://sophia:${encodeURIComponent(PASSWORD)}@localhost:${server.port}`
    await open(url).send(mail)
    assert.equal(server.received.length, 1)
    const distrusted = await failureOf(open(url, { certificateAuthority: '' }))
    assert.equal(distrusted.retryable, true)
    assert.equal(server.received.length, 1)
  }
  assert.deepEqual(signIns, [`sophia ${PASSWORD}`, `sophia ${PASSWORD}`])
})

test('refused credentials say which setting to look at, and the password stands nowhere', async (t) => {
  const server = await openServer(t, { secure: true, onAuth: (_auth, _session, done) => done(new Error('bad words')) })
  const mailer = open(`smtps://sophia:${encodeURIComponent(PASSWORD)}@localhost:${server.port}`)
  const error = await failureOf(mailer)
  assert.match(error.message, /SMTP_URL/)
  assert.equal(error.retryable, true)
  const probed = await mailer.probe()
  assert.equal(probed.ok, false)
  assert.doesNotMatch([error.stack, String(error.cause), probed.detail, ...mailer.lines].join(), /p@ss|p%40ss/)
})

test('the probe measures a server that answers, and asks it once a minute at most', async (t) => {
  let visits = 0
  const server = await openServer(t, {
    onConnect: (_session, done) => {
      visits += 1
      done()
    },
  })
  const mailer = open(`smtp://127.0.0.1:${server.port}`)
  const [first, second] = [await mailer.probe(), await mailer.probe()]
  assert.deepEqual([first.ok, second, visits], [true, first, 1])
})
