import { failing, notConfigured, unknown, warning, well, type Finding } from '#domain/doctor/finding.ts'
import { judgeServer, type ServerFacts } from '#domain/doctor/judge-outside.ts'
import { createMailer } from '#platform/mail/create-mailer.ts'
import { toMcpFault } from '#platform/mcp-client/mcp-fault.ts'
import { openMcpConnection } from '#platform/mcp-client/open-mcp-connection.ts'
import { hostWithPort } from '#platform/network/address-guard.ts'
import { createGuardedClient } from '#platform/network/guarded-client.ts'
import type { DoctorNeeds, ListedServer } from './doctor-needs.ts'
import type { Check } from './examine.ts'
import { findProgram } from './look-at-machine.ts'

const SERVER_LIMIT_MS = 5000
const MAX_ANSWER_BYTES = 8 * 1024 * 1024

/** MCP servers of the file, mail, the webhook, the calendar and the colleagues. */
export function outsideChecks(needs: DoctorNeeds, listed: Awaited<ReturnType<DoctorNeeds['readServers']>>): Check[] {
  const { servers } = listed
  return [
    { id: 'mcp', settings: ['SOPHIA_MCP_FILE', 'SOPHIA_HOME'], look: () => judgeServersFile(needs, listed) },
    ...servers.map((server) => ({
      id: `mcp:${server.id}`,
      look: async () => judgeServer(await lookAtServer(needs, server)),
    })),
    { id: 'calendar', settings: ['SOPHIA_CALENDAR_FILE', 'SOPHIA_HOME'], look: () => checkCalendar(needs) },
    { id: 'personas', settings: ['SOPHIA_PERSONAS_DIR'], look: () => checkPersonas(needs) },
    { id: 'mail', settings: ['SMTP_URL', 'SOPHIA_MAIL_FROM'], look: () => checkMail(needs) },
    { id: 'webhook', settings: ['SOPHIA_NOTIFY_WEBHOOK'], look: () => judgeWebhook(needs) },
  ]
}

function judgeServersFile(
  { config }: DoctorNeeds,
  { servers, faults }: Awaited<ReturnType<DoctorNeeds['readServers']>>,
): Finding {
  const { file } = config.mcp
  if (faults.length > 0)
    return failing(`${file}: ${faults.join('; ')}`, 'Mend the named lines; the other servers stay in force.')
  const onScreen = 'Those set up on screen are not looked at here: sophia mcp list tells how they are.'
  if (servers.length === 0) return notConfigured(`${file} names no servers. ${onScreen}`)
  return well(`${file} names ${servers.length}. ${onScreen}`)
}

async function lookAtServer(needs: DoctorNeeds, server: ListedServer): Promise<ServerFacts> {
  const { target } = server
  if (!server.isEnabled) return { kind: 'off' }
  if (target.kind === 'stdio') {
    const { inherited } = needs.config.mcp
    const path = await findProgram(target.command, target.env['PATH'] ?? inherited['PATH'] ?? '')
    return { kind: 'program', path, command: target.command }
  }
  return askServer(needs, server, target)
}

async function askServer(
  { config, version }: DoctorNeeds,
  { credentials, expectedTools }: ListedServer,
  target: Extract<ListedServer['target'], { kind: 'streamable-http' }>,
): Promise<ServerFacts> {
  const client = createGuardedClient({ allowPrivate: [...config.network.allowPrivate, hostWithPort(target.url)] })
  try {
    const connection = await openMcpConnection(target, {
      clientVersion: version,
      fetch: client.exchange(MAX_ANSWER_BYTES),
      inherited: {},
      timeoutMs: SERVER_LIMIT_MS,
      verdict: null,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      onToolsChanged: () => undefined,
      onEnd: () => undefined,
    })
    try {
      const names = (await connection.listTools(SERVER_LIMIT_MS)).map(({ name }) => name)
      const missing = expectedTools.filter((name) => !names.includes(name))
      return { kind: 'answered', tools: names.length, missing, version: connection.version }
    } finally {
      await connection.close()
    }
  } catch (error) {
    const fault = toMcpFault(error)
    return { kind: 'fault', class: fault.class, message: fault.message, hasSignIn: credentials !== 'none' }
  } finally {
    await client.close()
  }
}

async function checkCalendar({ config, readCalendar }: DoctorNeeds): Promise<Finding> {
  const { isShipped, faults, trouble } = await readCalendar()
  if (faults.length > 0)
    return failing(
      faults.join('; '),
      'Mend the named lines; until then the last good calendar, or the one that ships, is in force.',
    )
  if (trouble !== null) return warning(trouble, 'See sophia calendar show, and the named file or address.')
  if (isShipped) return well('The calendar that ships is in force; there is no file of your own.')
  return well(`${config.calendar.file} is valid.`)
}

async function checkPersonas({ config, personaFaults }: DoctorNeeds): Promise<Finding> {
  const { folder } = config.personas
  const faults = await personaFaults()
  if (faults.length === 0) return well(`Every persona file in ${folder} is valid.`)
  return failing(faults.join('; '), 'Mend the named files; the last good versions stay in force.')
}

async function checkMail({ clock, config, log }: DoctorNeeds): Promise<Finding> {
  const { smtpUrl, from } = config.mail
  if (smtpUrl === null || from === null) return notConfigured('SMTP_URL is not set; nothing is mailed.')
  const mailer = createMailer({ url: smtpUrl.reveal(), from, log, clock })
  try {
    const { ok, detail = 'no word why.' } = await mailer.probe()
    if (ok) return well('The mail server lets Sophia in. No mail was sent.')
    return failing(detail, 'Check SMTP_URL, and that the mail server can be reached.')
  } finally {
    mailer.close()
  }
}

function judgeWebhook({ config }: DoctorNeeds): Finding {
  if (config.notify.webhookUrl === null) return notConfigured('SOPHIA_NOTIFY_WEBHOOK is not set.')
  return unknown('Nothing is posted to the webhook to try it: sophia alerts test does so.')
}
