import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { z } from 'zod'
import { SophiaError, type FieldFault } from '#domain/errors.ts'
import { toBackup, type BackupConfig } from './backup-target.ts'
import { inheritedFrom } from './inherited.ts'
import type { RedisAddress } from './redis-address.ts'
import type { CertificateSource } from '../tls/certificate-keeper.ts'
import type { Secret } from './secret.ts'
import { filesBehind, settingsFileOf } from './settings-file.ts'
import { SETTINGS, type SettingName } from './settings.ts'
import { certificateSource, fileOf, NO_PEM, TLS_RULES, typedSecret } from './tls-settings.ts'

type Environment = Readonly<Record<string, string | undefined>>
export type Values = { [Name in SettingName]: z.infer<(typeof SETTINGS)[Name]['shape']> }

/** The settings, read once and frozen. Rooms get their slice, never the whole. */
export interface Config {
  readonly home: string
  readonly http: {
    readonly host: string
    readonly port: number
    /** null: the address that was bound. */
    readonly publicUrl: string | null
    readonly trustedProxies: readonly string[]
    readonly metricsToken: Secret | null
    /** null: plain HTTP. */
    readonly tls: CertificateSource | null
  }
  readonly postgres: {
    readonly url: Secret | null
    readonly directUrl: Secret | null
    readonly poolMax: number
    /** A pooler in transaction mode stands between: what is set on a connection would stay for whoever is given it next. */
    readonly isPooled: boolean
    readonly slowQueryMs: number
  }
  /** null: no Redis; each process has its own cache only. */
  readonly redis: { readonly address: RedisAddress | null; readonly ca: string | null }
  readonly models: {
    /** Fallback order; `playbook` alone when no key is there. */
    readonly order: readonly string[]
    /** `openai/<model>`; null: the built-in one. */
    readonly embedding: string | null
    /** Whether answers of models may be kept and given again to the same question. */
    readonly keepsAnswers: boolean
    readonly openai: { readonly apiKey: Secret | null; readonly baseUrl: string | null }
    readonly anthropic: { readonly apiKey: Secret | null; readonly baseUrl: string | null }
  }
  readonly budgets: { readonly dailyUsd: number | null; readonly memberDailyUsd: number | null }
  readonly access: { readonly adminApiKey: Secret | null }
  readonly personas: { readonly folder: string }
  readonly mcp: {
    readonly file: string
    /** What a server that runs as a child process inherits. */
    readonly inherited: Readonly<Record<string, string>>
  }
  /** What the second process, which watches this one, inherits. */
  readonly watchdog: { readonly inherited: Readonly<Record<string, string>> }
  readonly calendar: {
    readonly file: string
    /** By a setting: such a file is there, or else something is wrong. */
    readonly isNamed: boolean
  }
  /** Null: a file in the home, where nobody else shares the database. */
  readonly secretKey: Secret | null
  readonly mail: {
    readonly smtpUrl: Secret | null
    /** `Sophia <sophia@example.com>` or the bare address; null only without `smtpUrl`. */
    readonly from: string | null
  }
  readonly backup: BackupConfig
  readonly notify: { readonly webhookUrl: Secret | null }
  readonly network: { readonly allowPrivate: readonly string[] }
  readonly tracing: {
    /** Null: traces are sent nowhere. */
    readonly endpoint: string | null
    /** `name=value`, with commas between. */
    readonly headers: Secret | null
    readonly protocol: Values['OTEL_EXPORTER_OTLP_PROTOCOL']
    /** Of traces that nothing is wrong with, from 0 to 1. */
    readonly share: number
  }
  readonly log: { readonly level: Values['SOPHIA_LOG_LEVEL'] }
}

/**
 * Reads the environment. Each name may come as `NAME` or, from a file, as `NAME_FILE`; empty means absent.
 * Throws CONFIG_NOT_VALID with every fault at once.
 */
export function readConfig(environment: Environment = process.env): Config {
  const { config, faults } = inspectConfig(environment)
  if (faults.length > 0) throw new SophiaError('CONFIG_NOT_VALID', { faults, detail: describe(faults, environment) })
  return config
}

/**
 * The settings as far as they are good, with every fault: a faulty one counts as absent. To look at a deployment by, never to run
 * one.
 */
export function inspectConfig(environment: Environment = process.env): {
  readonly config: Config
  readonly faults: readonly FieldFault[]
} {
  const faults: FieldFault[] = [...unknownNames(environment)]
  const parsed: Partial<Record<SettingName, unknown>> = {}
  for (const [name, setting] of settingEntries()) {
    const raw = readRaw(environment, name, faults)
    const result = setting.shape.safeParse(raw)
    // Each may be absent.
    parsed[name] = result.success ? result.data : setting.shape.parse(undefined)
    if (!result.success)
      faults.push(...result.error.issues.map((issue) => ({ path: name, message: sentence(issue.message) })))
  }
  // Each key holds what its own shape gave, so the record is of the mapped type.
  const values = parsed as Values
  if (faults.length === 0) faults.push(...crossFaults(values), ...calendarFaults(values))
  return { config: Object.freeze(toConfig(values, environment)), faults }
}

/** Every value of this environment that must not be printed, the passwords in addresses also by themselves. */
export function listSecrets(environment: Environment = process.env): readonly string[] {
  const values = settingEntries()
    .filter(([, { isSecret }]) => isSecret)
    .flatMap(([name]) => [readRaw(environment, name, []) ?? '', typedSecret(environment, name)])
  const passwords = values.flatMap((value) => {
    const written = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]*:([^/?#@]+)@/i.exec(value)?.[1] ?? ''
    return [written, decoded(written)]
  })
  return [...new Set([...values, ...passwords])].filter((value) => value !== '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not what it would be read as; the text itself is on the list.
    return text
  }
}

function settingEntries(): [SettingName, (typeof SETTINGS)[SettingName]][] {
  // Object.entries widens keys to string; the table's own keys are the names.
  return Object.entries(SETTINGS) as [SettingName, (typeof SETTINGS)[SettingName]][]
}

function readRaw(environment: Environment, name: SettingName, faults: FieldFault[]): string | undefined {
  const file = fileOf(environment, name)
  if (!file) return environment[name] || undefined
  const path = environment[`${name}_FILE`] ? `${name}_FILE` : name
  if (environment[name] && path !== name) faults.push({ path: name, message: `Set ${name} or ${name}_FILE, not both.` })
  try {
    return readFileSync(file, 'utf8').trim() || undefined
  } catch {
    // The fault names the setting and the file; why it cannot be read adds nothing a person could use. What was typed in place of
    // a certificate or key may be one without its first line, which nobody may see.
    faults.push({ path, message: path === name ? NO_PEM : `The file ${file} cannot be read.` })
    return undefined
  }
}

function unknownNames(environment: Environment): FieldFault[] {
  const known = new Set(Object.keys(SETTINGS).flatMap((name) => [name, `${name}_FILE`]))
  return Object.keys(environment)
    .filter((name) => name.startsWith('SOPHIA_') && !known.has(name))
    .map((name) => ({ path: name, message: 'There is no such setting; see docs/develop/config.md.' }))
}

/** Faults that only two settings together have. */
const CROSS_RULES: readonly { path: SettingName; message: string; isBroken: (values: Values) => boolean }[] = [
  ...TLS_RULES,
  {
    path: 'SOPHIA_MODEL',
    message: 'openai/... needs OPENAI_API_KEY, or OPENAI_BASE_URL for a server without keys.',
    isBroken: (values) => names(values, 'openai/') && !values.OPENAI_API_KEY && !values.OPENAI_BASE_URL,
  },
  {
    path: 'SOPHIA_EMBEDDING_MODEL',
    message: 'openai/... needs OPENAI_API_KEY, or OPENAI_BASE_URL for a server without keys.',
    isBroken: (values) => values.SOPHIA_EMBEDDING_MODEL !== null && !values.OPENAI_API_KEY && !values.OPENAI_BASE_URL,
  },
  {
    path: 'SOPHIA_MODEL',
    message: 'anthropic/... needs ANTHROPIC_API_KEY.',
    isBroken: (values) => names(values, 'anthropic/') && !values.ANTHROPIC_API_KEY,
  },
  {
    path: 'SOPHIA_SECRET_KEY',
    message: 'At least 32 characters: openssl rand -base64 32',
    isBroken: (values) => values.SOPHIA_SECRET_KEY !== null && values.SOPHIA_SECRET_KEY.reveal().length < 32,
  },
  {
    path: 'SOPHIA_ADMIN_API_KEY',
    message: 'Expected sk-sophia- and at least 32 letters, digits, - or _.',
    isBroken: (values) =>
      values.SOPHIA_ADMIN_API_KEY !== null && !/^sk-sophia-[\w-]{32,}$/.test(values.SOPHIA_ADMIN_API_KEY.reveal()),
  },
  {
    path: 'SOPHIA_MAIL_FROM',
    message: 'Required with SMTP_URL, whose user is no address to send from. E.g. Sophia <sophia@example.com>.',
    isBroken: (values) => values.SMTP_URL !== null && values.SOPHIA_MAIL_FROM === null && mailUser(values) === null,
  },
  {
    path: 'SOPHIA_BACKUP_TARGET',
    message: 's3://... needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    isBroken: (values) =>
      values.SOPHIA_BACKUP_TARGET?.kind === 's3' && !(values.AWS_ACCESS_KEY_ID && values.AWS_SECRET_ACCESS_KEY),
  },
  {
    path: 'REDIS_CA',
    message: 'Only for Redis over TLS: REDIS_URL begins with rediss.',
    isBroken: (values) => values.REDIS_CA !== null && !values.REDIS_URL?.isEncrypted,
  },
  {
    path: 'SOPHIA_PUBLIC_URL',
    message: 'Required when SOPHIA_HOST is not loopback, so that cookies and origins can be checked.',
    isBroken: (values) => !isLoopback(values.SOPHIA_HOST) && values.SOPHIA_PUBLIC_URL === null,
  },
]

/** The user of the mail server, when it is an address one can send from. */
function mailUser(values: Values): string | null {
  if (values.SMTP_URL === null) return null
  const user = decodeURIComponent(new URL(values.SMTP_URL.reveal()).username)
  return /^[^\s<>@,;"]+@[^\s<>@,;"]+$/.test(user) ? user : null
}

function crossFaults(values: Values): FieldFault[] {
  return CROSS_RULES.filter((rule) => rule.isBroken(values)).map(({ path, message }) => ({ path, message }))
}

/** A calendar that somebody named and that is not there would be another one in silence. */
function calendarFaults({ SOPHIA_CALENDAR_FILE: file }: Values): FieldFault[] {
  const reason = file === null ? null : whyUnreadable(file)
  if (reason === null) return []
  const remedy = 'Or leave this setting away to go by calendar.yaml in the home, or else by the calendar that ships.'
  return [{ path: 'SOPHIA_CALENDAR_FILE', message: `${reason} ${remedy}` }]
}

function whyUnreadable(file: string): string | null {
  try {
    accessSync(file, constants.R_OK)
    return statSync(file).isFile() ? null : `${file} is no file; name one.`
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    return isAbsent ? `There is no file ${file}; create it.` : `The file ${file} cannot be read; permit it.`
  }
}

function names(values: Values, provider: string): boolean {
  return (values.SOPHIA_MODEL ?? []).some((model) => model.startsWith(provider))
}

/** Names an API key gives when SOPHIA_MODEL is not set: chosen here, overridden there. */
const STANDARD_MODELS = { openai: 'openai/gpt-5.4', anthropic: 'anthropic/claude-sonnet-5' } as const

function modelOrder(values: Values): string[] {
  if (values.SOPHIA_MODEL) return values.SOPHIA_MODEL
  const order: string[] = []
  if (values.OPENAI_API_KEY) order.push(STANDARD_MODELS.openai)
  if (values.ANTHROPIC_API_KEY) order.push(STANDARD_MODELS.anthropic)
  return order.length > 0 ? order : ['playbook']
}

function toConfig(values: Values, environment: Environment): Config {
  const home = resolve(values.SOPHIA_HOME ?? standardHome())
  return {
    home,
    http: {
      host: values.SOPHIA_HOST,
      port: values.SOPHIA_PORT,
      publicUrl: values.SOPHIA_PUBLIC_URL,
      trustedProxies: values.SOPHIA_TRUSTED_PROXIES ?? [],
      metricsToken: values.SOPHIA_METRICS_TOKEN,
      tls: certificateSource(values, environment),
    },
    postgres: {
      url: values.DATABASE_URL,
      directUrl: values.DATABASE_DIRECT_URL ?? values.DATABASE_URL,
      poolMax: values.DATABASE_POOL_MAX,
      isPooled: isPastPooler(values),
      slowQueryMs: values.SOPHIA_SLOW_QUERY_MS,
    },
    redis: { address: values.REDIS_URL, ca: values.REDIS_CA },
    models: {
      order: modelOrder(values),
      keepsAnswers: values.SOPHIA_MODEL_CACHE !== 'off',
      embedding: values.SOPHIA_EMBEDDING_MODEL,
      openai: { apiKey: values.OPENAI_API_KEY, baseUrl: values.OPENAI_BASE_URL },
      anthropic: { apiKey: values.ANTHROPIC_API_KEY, baseUrl: values.ANTHROPIC_BASE_URL },
    },
    budgets: { dailyUsd: values.SOPHIA_BUDGET_DAILY_USD, memberDailyUsd: values.SOPHIA_BUDGET_MEMBER_DAILY_USD },
    access: { adminApiKey: values.SOPHIA_ADMIN_API_KEY },
    personas: { folder: resolve(values.SOPHIA_PERSONAS_DIR ?? join(import.meta.dirname, '../../../personas')) },
    mcp: {
      file: resolve(values.SOPHIA_MCP_FILE ?? join(home, 'mcp.json')),
      inherited: inheritedFrom(environment, 'program'),
    },
    watchdog: { inherited: inheritedFrom(environment, 'watchdog') },
    calendar: {
      file: resolve(values.SOPHIA_CALENDAR_FILE ?? join(home, 'calendar.yaml')),
      isNamed: values.SOPHIA_CALENDAR_FILE !== null,
    },
    secretKey: values.SOPHIA_SECRET_KEY,
    mail: { smtpUrl: values.SMTP_URL, from: values.SOPHIA_MAIL_FROM ?? mailUser(values) },
    backup: toBackup(values, home),
    notify: { webhookUrl: values.SOPHIA_NOTIFY_WEBHOOK },
    network: { allowPrivate: values.SOPHIA_ALLOW_PRIVATE_NETWORK ?? [] },
    tracing: {
      endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
      headers: values.OTEL_EXPORTER_OTLP_HEADERS,
      protocol: values.OTEL_EXPORTER_OTLP_PROTOCOL,
      share: values.SOPHIA_TRACE_SHARE,
    },
    log: { level: values.SOPHIA_LOG_LEVEL },
  }
}

/** Whoever names a way past a pooler has a pooler in the way. */
function isPastPooler({ DATABASE_URL: url, DATABASE_DIRECT_URL: direct }: Values): boolean {
  return url !== null && direct !== null && direct.reveal() !== url.reveal()
}

/** `/root` is closed to the unprivileged user that the built-in PostgreSQL runs as, so root gets another home. */
function standardHome(): string {
  return process.getuid?.() === 0 ? '/var/lib/sophia' : join(homedir(), '.sophia')
}

/** Where a process that listens like this is reached without anything between, at this port. */
export function ownAddress({ host, tls }: Pick<Config['http'], 'host' | 'tls'>, port: number): string {
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The same from this machine: whoever listens everywhere is reached on loopback. */
export function nearAddress({ host, tls }: Pick<Config['http'], 'host' | 'tls'>, port: number): string {
  return ownAddress({ host: ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host, tls }, port)
}

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1) + (message.endsWith('.') ? '' : '.')
}

function describe(faults: readonly FieldFault[], environment: Environment): string {
  const files = filesBehind(environment)
  const lines = faults.map(({ message, path }) => {
    const file = settingsFileOf(path, environment, files)
    return `  ${path}${file === null ? '' : ` (in ${file})`}: ${message}`
  })
  return ['The settings have faults:', ...lines].join('\n')
}

/** Whether a person reads what this process writes. */
export function isTerminal(): boolean {
  return process.stdout.isTTY && process.stderr.isTTY
}
