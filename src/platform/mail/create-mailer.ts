import type { NodemailerError, SMTPTransportOptions } from 'nodemailer'
import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Log } from '#platform/log/log.ts'
import type { Mail, MailAddress, Mailer } from './mailer.ts'

interface MailerSettings {
  /** `smtp://user:password@host:port` or `smtps://...`; parts that mean something in a URL are percent-encoded. */
  readonly url: string
  /** `Sophia <sophia@example.com>` or a bare address. */
  readonly from: string
  readonly log: Log
  readonly clock: Clock
  readonly limits?: Partial<MailLimits>
  /** PEM of a certificate authority that is trusted besides the known ones. */
  readonly certificateAuthority?: string
}

interface MailLimits {
  readonly connectMs: number
  readonly greetingMs: number
  /** Longest silence of a server that has greeted. */
  readonly silenceMs: number
}

const LIMITS: MailLimits = { connectMs: 5000, greetingMs: 10_000, silenceMs: 30_000 }
const PROBE_AGE_MS = 60_000

/** Mail by SMTP, one connection per mail: it is rare, and an idle connection to a mail server is worth nothing. */
export function createMailer(settings: MailerSettings): Mailer {
  const { log, clock } = settings
  const options = transportOptions(settings)
  type Probed = Awaited<ReturnType<Mailer['probe']>>
  let probed: { readonly atMs: number; readonly outcome: Promise<Probed> } | undefined

  async function look(): Promise<Probed> {
    const startedMs = clock.monotonicMs()
    const transport = await openTransport(options)
    const outcome = await transport.verify().then(
      () => ({ ok: true }),
      (error: unknown) => ({ ok: false, detail: toFailure(error).message }),
    )
    transport.close()
    return { ...outcome, latencyMs: Math.round(clock.monotonicMs() - startedMs) }
  }

  return {
    async send(mail, signal) {
      const message = toMessage(settings.from, mail)
      const startedMs = clock.monotonicMs()
      const transport = await openTransport(options)
      try {
        const sent = await transport.sendMail({ ...message, ...(signal ? { signal } : {}) })
        if (sent.rejected.length > 0) throw refused('The mail server took the mail for some of the recipients only.')
      } catch (error) {
        throw toFailure(error)
      } finally {
        transport.close()
      }
      log.debug({ 'event.duration_ms': Math.round(clock.monotonicMs() - startedMs) }, 'a mail was sent')
    },
    probe() {
      if (!probed || clock.monotonicMs() - probed.atMs >= PROBE_AGE_MS)
        probed = { atMs: clock.monotonicMs(), outcome: look() }
      return probed.outcome
    },
    close: () => {
      probed = undefined
    },
  }
}

async function openTransport(options: SMTPTransportOptions) {
  // Loaded with the first mail: no start has to wait for it.
  const { createTransport } = await import('nodemailer')
  return createTransport(options)
}

function transportOptions({ url, limits, certificateAuthority }: MailerSettings): SMTPTransportOptions {
  const { protocol, hostname, port, username, password } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const isSecure = protocol === 'smtps:'
  const { connectMs, greetingMs, silenceMs } = { ...LIMITS, ...limits }
  return {
    host,
    port: port === '' ? (isSecure ? 465 : 587) : Number(port),
    secure: isSecure,
    // A password never leaves this machine in the clear, whatever the server offers.
    requireTLS: !isSecure && username !== '' && !isThisMachine(host),
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: connectMs,
    dnsTimeout: connectMs,
    greetingTimeout: greetingMs,
    socketTimeout: silenceMs,
    logger: false,
    ...(certificateAuthority ? { tls: { ca: certificateAuthority } } : {}),
  }
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function toMessage(from: string, mail: Mail) {
  return {
    from,
    to: mail.to.map(toAddress),
    ...(mail.replyTo === undefined ? {} : { replyTo: toAddress(mail.replyTo) }),
    subject: oneLine(mail.subject),
    text: mail.text,
    ...(mail.html === undefined ? {} : { html: mail.html }),
    messageId: mail.messageId,
    headers: {
      // Answering machines leave such mail alone (RFC 3834). What a person wrote and approved is none.
      ...(mail.replyTo === undefined ? { 'Auto-Submitted': 'auto-generated' } : {}),
      ...(mail.unsubscribeUrl === undefined ? {} : unsubscribeHeaders(mail.unsubscribeUrl)),
    },
    // A text of ours must never be taken for a path or an address to load from.
    disableFileAccess: true,
    disableUrlAccess: true,
    xMailer: false as const,
  }
}

function unsubscribeHeaders(url: string): Record<string, string> {
  return { 'List-Unsubscribe': `<${oneLine(url)}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
}

/** One address and nothing else: whatever could end it and begin another, or a header, is refused. */
function toAddress({ name, email }: MailAddress): { name: string; address: string } {
  if (!/^[^\s<>@,;:"()[\]\\\p{Cc}]+@[^\s<>@,;:"()\\\p{Cc}]+$/u.test(email))
    throw refused('The address of a recipient is not one that mail can be sent to.')
  return { name: oneLine(name), address: email }
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}

/** What can be told of a failure. Never the server's own words: they quote addresses, and some quote the credentials. */
function toFailure(error: unknown): SophiaError {
  if (error instanceof SophiaError) return error
  // nodemailer promises these fields of whatever it throws.
  const { code, responseCode, permanent } = error as NodemailerError
  const label = [code, responseCode].filter((part) => part !== undefined).join(' ')
  const cause = new Error(`SMTP ${label || 'failure'}`)
  // Mail is fine and the setting is not: once that is mended the next try gets through.
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return new SophiaError('MAIL_FAILED', { detail: 'The mail server refuses the sign-in. Check SMTP_URL.', cause })
  if (permanent === true) {
    const remedy = 'Check the address of the recipient, and the sender (SOPHIA_MAIL_FROM).'
    return refused(`The mail server refused the mail for good (${responseCode}). ${remedy}`, cause)
  }
  const detail = responseCode
    ? `The mail server does not take the mail at present (${responseCode}).`
    : `The mail server could not be used (${code ?? 'no reason given'}). Check SMTP_URL.`
  return new SophiaError('MAIL_FAILED', { detail, cause })
}

function refused(detail: string, cause?: unknown): SophiaError {
  return new SophiaError('MAIL_FAILED', { detail, retryable: false, cause })
}
