import { z } from 'zod'
import { isAgeRecipient } from '../crypto/age.ts'
import { parseBackupTarget } from './backup-target.ts'
import { parseRedisAddress } from './redis-address.ts'
import { Secret } from './secret.ts'

/** One setting of the environment. Documentation, `.env.example` and `sophia config check` are made from this table. */
export interface Setting<Shape extends z.ZodType = z.ZodType> {
  readonly shape: Shape
  readonly about: string
  /** As shown in the documents; the shape holds the real one. */
  readonly standard: string
  readonly isSecret: boolean
}

const text = z.string().trim().min(1)
/** A file of settings is read by no shell: a folder with the name ~ would be made. */
const place = text.refine((value) => !/^~([/\\]|$)/.test(value), {
  error: 'expected a whole path; nobody fills in ~ here',
})
const port = z.coerce.number().int().min(0).max(65535)
const dollars = z.coerce.number().min(0).max(1_000_000)
const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ''))
const secret = text.transform((value) => new Secret(value))
const modelName = /^(playbook|(openai|anthropic)\/[^\s,]+)$/

const modelList = text
  .transform((value) => value.split(',').map((part) => part.trim()))
  .refine((parts) => parts.every((part) => modelName.test(part)), {
    error: 'expected playbook, openai/<model> or anthropic/<model>, or several with commas between',
  })
const hostList = text.transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
)
const postgresUrl = text
  .refine((value) => /^postgres(ql)?:\/\//.test(value), { error: 'expected postgres://user:password@host:port/name' })
  .transform((value) => new Secret(value))

const redisUrl = text.transform((value, context) => {
  const address = parseRedisAddress(value)
  if (typeof address !== 'string') return address
  context.addIssue({ code: 'custom', message: address })
  return z.NEVER
})
const certificate = text.refine((value) => /-----BEGIN (TRUSTED )?CERTIFICATE-----/.test(value), {
  error: 'expected certificates in PEM form, which begin with -----BEGIN CERTIFICATE-----',
})

const pem = text
  .refine((value) => value.includes('-----BEGIN'), {
    error: 'expected PEM form, which begins with -----BEGIN, or the path of a file that holds it',
  })
  .transform((value) => new Secret(value))
const backupTarget = place.transform((value, context) => {
  const target = parseBackupTarget(value)
  if (typeof target !== 'string') return target
  context.addIssue({ code: 'custom', message: target })
  return z.NEVER
})
/** One a line or with commas between, as in a file for `age -R`. */
const recipientList = text
  .transform((value) =>
    value
      .split('\n')
      .filter((line) => !line.trim().startsWith('#'))
      .flatMap((line) => line.split(','))
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  )
  .refine((parts) => parts.length > 0 && parts.every(isAgeRecipient), {
    error: 'expected recipients of age, age1..., with commas or line breaks between; age-keygen prints one',
  })

const mailServer = text
  .refine((value) => /^smtps?:\/\/[^/\s]+\/?$/.test(value) && URL.canParse(value), {
    error: 'expected smtp://user:password@host:port, or smtps:// for TLS from the first byte',
  })
  .transform((value) => new Secret(value))
const mailAddress = /^[^\s<>@,;"]+@[^\s<>@,;"]+$/
const sender = text.refine(
  (value) => mailAddress.test(value) || (/^[^<>@,;"\r\n]+ <[^<>]+>$/.test(value) && mailAddress.test(addressOf(value))),
  { error: 'expected sophia@example.com or Sophia <sophia@example.com>' },
)

const traceHeaders = text
  .refine((value) => value.split(',').every((part) => /^\s*[\w-]+\s*=[^\r\n]+$/.test(part)), {
    error: 'expected name=value, or several with commas between',
  })
  .transform((value) => new Secret(value))

function protocolOf(value: Secret): string {
  return URL.canParse(value.reveal()) ? new URL(value.reveal()).protocol : ''
}

function addressOf(value: string): string {
  return value.slice(value.indexOf('<') + 1, -1)
}

/** A setting that may be absent. */
function orNull<Shape extends z.ZodType>(shape: Shape) {
  return shape.nullish().transform((value) => value ?? null)
}

function setting<Shape extends z.ZodType>(shape: Shape, about: string, standard = ''): Setting<Shape> {
  return { shape, about, standard, isSecret: false }
}

function secretSetting<Shape extends z.ZodType>(shape: Shape, about: string, standard = ''): Setting<Shape> {
  return { shape, about, standard, isSecret: true }
}

/** Every setting there is; a name that starts with SOPHIA_ and is not here is reported as a fault. */
export const SETTINGS = {
  SOPHIA_HOME: setting(
    orNull(place),
    'Folder for the built-in database, keys, backups and logs.',
    '~/.sophia; /var/lib/sophia as root',
  ),
  SOPHIA_HOME_LASTS: setting(
    z.enum(['yes', 'no']).default('yes'),
    'Whether SOPHIA_HOME outlives this process. no: it goes with it, as the scratch space of a pod does; backups there count as none, and by schedule none is made there.',
    'yes',
  ),
  SOPHIA_HOST: setting(
    text.default('127.0.0.1'),
    'Address to listen on. Anything but loopback needs SOPHIA_PUBLIC_URL.',
    '127.0.0.1',
  ),
  SOPHIA_PORT: setting(port.default(8000), 'Port to listen on; 0 takes any free one.', '8000'),
  SOPHIA_PUBLIC_URL: setting(
    orNull(url),
    'The address people type, e.g. https://sophia.example.com. Decides cookies, links and allowed origins.',
    'http://HOST:PORT',
  ),
  SOPHIA_TLS_CERT: secretSetting(
    orNull(pem),
    "The server's certificate in PEM form and those that lead to its authority, or the path of a file with them. With it Sophia speaks HTTPS only, TLS 1.2 and newer. A file is read again when it changes.",
    'plain HTTP, for loopback or behind a proxy',
  ),
  SOPHIA_TLS_KEY: secretSetting(
    orNull(pem),
    'The key of SOPHIA_TLS_CERT in PEM form without a passphrase, or the path of its file.',
  ),
  DATABASE_URL: secretSetting(
    orNull(postgresUrl),
    'Your own PostgreSQL, 15 or newer. Without it Sophia runs her own.',
    'built in',
  ),
  DATABASE_DIRECT_URL: secretSetting(
    orNull(postgresUrl),
    'Past a pooler such as PgBouncer: used for migrations. Given and other than DATABASE_URL, Sophia keeps nothing on connections that others use next.',
    'DATABASE_URL',
  ),
  DATABASE_POOL_MAX: setting(
    z.coerce.number().int().min(2).max(200).default(20),
    'Most connections of this process. 20 serves hundreds of requests a second; for more than 100 across replicas put a pooler in front.',
    '20',
  ),
  SOPHIA_SLOW_QUERY_MS: setting(
    z.coerce.number().int().min(1).max(600_000).default(250),
    'SQL statements that take this long, in milliseconds, are logged by their text without their values.',
    '250',
  ),
  REDIS_URL: secretSetting(
    orNull(redisUrl),
    'A Redis that several processes share as a cache: redis://user:password@host:port, redis-sentinel://host:port,host:port/name or redis-cluster://host:port,host:port; with rediss for TLS. It may vanish at any moment; nothing is lost with it.',
    'each process by itself',
  ),
  REDIS_CA: setting(
    orNull(certificate),
    'Certificates that vouch for Redis over TLS, in PEM form; REDIS_CA_FILE names a file of them.',
    'the public ones',
  ),
  SOPHIA_MODEL: setting(
    orNull(modelList),
    'Which model answers: playbook, openai/<model>, anthropic/<model>; a comma list is the fallback order.',
    'playbook',
  ),
  SOPHIA_MODEL_CACHE: setting(
    orNull(z.enum(['on', 'off'])),
    'Whether the same question of the same member on the same day, with nothing changed, is answered as before without asking the model.',
    'on',
  ),
  SOPHIA_EMBEDDING_MODEL: setting(
    orNull(
      text.refine((value) => /^openai\/[^\s,]+$/.test(value), {
        error: 'expected openai/<model>; leave it out for the built-in one',
      }),
    ),
    'Which model finds memories by their sense: openai/<model>. After a change every memory is read by the new one.',
    'built in, no key',
  ),
  OPENAI_API_KEY: secretSetting(
    orNull(secret),
    'Key for the OpenAI protocol (OpenAI, Azure, OpenRouter, vLLM, Ollama ...).',
  ),
  OPENAI_BASE_URL: setting(orNull(url), 'Where the OpenAI protocol is spoken.', 'https://api.openai.com/v1'),
  ANTHROPIC_API_KEY: secretSetting(orNull(secret), 'Key for the Anthropic protocol.'),
  ANTHROPIC_BASE_URL: setting(orNull(url), 'Where the Anthropic protocol is spoken.', 'https://api.anthropic.com'),
  SOPHIA_SECRET_KEY: secretSetting(
    orNull(secret),
    'Encrypts secrets at rest, such as headers and tokens of MCP servers: at least 32 characters, the same for every replica. Required with DATABASE_URL before the first such secret.',
    'a file in SOPHIA_HOME, with the built-in database',
  ),
  SOPHIA_ADMIN_API_KEY: secretSetting(
    orNull(secret),
    'Creates an owner with this key on start, for automation. Form sk-sophia-<43 characters>.',
  ),
  SOPHIA_TRUSTED_PROXIES: setting(
    orNull(hostList),
    'Addresses or ranges whose X-Forwarded-For is believed, with commas between.',
    'none',
  ),
  SOPHIA_METRICS_TOKEN: secretSetting(
    orNull(secret),
    'Bearer token that /metrics asks for. Without it /metrics answers loopback callers only.',
  ),
  SOPHIA_BUDGET_DAILY_USD: setting(
    orNull(dollars),
    'Hard cap on model spending of the whole deployment per UTC day.',
    'none',
  ),
  SOPHIA_BUDGET_MEMBER_DAILY_USD: setting(orNull(dollars), 'Hard cap per member and UTC day.', 'none'),
  SOPHIA_BACKUP_TARGET: setting(
    orNull(backupTarget),
    'Where backups go: a folder, or s3://bucket/prefix of any store that speaks S3, with a prefix for each deployment. They are made and proven on this machine and then copied there.',
    'backups in SOPHIA_HOME',
  ),
  SOPHIA_BACKUP_RECIPIENT: setting(
    orNull(recipientList),
    'Whom backups are encrypted to by age: age1..., or several with commas between. The identities that open them belong elsewhere.',
    'not encrypted',
  ),
  AWS_ACCESS_KEY_ID: setting(orNull(text), 'Key of the store behind an s3:// target. Required with one.'),
  AWS_SECRET_ACCESS_KEY: secretSetting(orNull(secret), 'Secret of that key. Required with an s3:// target.'),
  AWS_SESSION_TOKEN: secretSetting(orNull(secret), 'Token of a key that was lent for a while.'),
  AWS_REGION: setting(text.default('us-east-1'), 'Region of the bucket.', 'us-east-1'),
  AWS_ENDPOINT_URL_S3: setting(
    orNull(url),
    'Address of a store that is not Amazon S3, such as https://minio.example.com:9000. It may lie in a private network.',
    "Amazon's",
  ),
  SMTP_URL: secretSetting(
    orNull(mailServer),
    'Mail server for briefings and approved drafts: smtp://user:password@host:587 (TLS is asked for, and required when there is a password) or smtps://...:465. Without it nothing is mailed.',
    'no mail',
  ),
  SOPHIA_MAIL_FROM: setting(
    orNull(sender),
    'Sender of mail, e.g. Sophia <sophia@example.com>.',
    'the user of SMTP_URL, when that is an address',
  ),
  SOPHIA_NOTIFY_WEBHOOK: secretSetting(
    orNull(
      secret.refine((value) => /^https?:$/.test(protocolOf(value)), { error: 'expected an http or https address' }),
    ),
    'Slack-compatible incoming webhook for briefings of members who switch that on. Its host may lie in a private network.',
    'none',
  ),
  SOPHIA_PERSONAS_DIR: setting(orNull(place), 'Folder with the persona files.', 'personas/'),
  SOPHIA_MCP_FILE: setting(
    orNull(place),
    'File with the MCP servers, {"mcpServers": {...}} as other MCP clients use it. Read again when it changes.',
    'mcp.json in SOPHIA_HOME',
  ),
  SOPHIA_CALENDAR_FILE: setting(
    orNull(place),
    'File with the business calendar; it has to be there. Read again when it changes. Without this setting and without the standard file the calendar that ships is in force.',
    'calendar.yaml in SOPHIA_HOME',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    orNull(url),
    'Where traces are sent, over OTLP/HTTP, e.g. http://127.0.0.1:4318; /v1/traces is added. It may lie in a private network. Without it nothing is sent, and why an answer took long can still be opened from it.',
    'none',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: secretSetting(
    orNull(traceHeaders),
    'Sent along with traces, such as the key of a tracing service: name=value, with commas between.',
    'none',
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: setting(
    z.enum(['http/protobuf', 'http/json']).default('http/protobuf'),
    'How traces are written when they are sent: http/protobuf or http/json.',
    'http/protobuf',
  ),
  SOPHIA_TRACE_SHARE: setting(
    z.coerce.number().min(0).max(1).default(1),
    'Which share of the traces is sent that neither failed nor took long, from 0 to 1. Those that did are always sent.',
    '1',
  ),
  SOPHIA_LOG_LEVEL: setting(
    z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
    'How much is logged.',
    'info',
  ),
  SOPHIA_ALLOW_PRIVATE_NETWORK: setting(
    orNull(hostList),
    'Hosts inside private ranges that outbound calls may reach, e.g. 127.0.0.1:11434. Model base URLs set here are allowed by themselves.',
    'none',
  ),
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof SETTINGS
