import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { z } from 'zod'
import { SophiaError, type FieldFault } from '#domain/errors.ts'
import type { Secret } from './secret.ts'
import { SETTINGS, type SettingName } from './settings.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Values = { [Name in SettingName]: z.infer<(typeof SETTINGS)[Name]['shape']> }

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
  }
  readonly postgres: { readonly url: Secret | null; readonly directUrl: Secret | null; readonly poolMax: number }
  /** null: no Redis; each process has its own cache only. */
  readonly redis: { readonly url: Secret | null }
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
  readonly calendar: { readonly file: string }
  /** Null: a file in the home, where nobody else shares the database. */
  readonly secretKey: Secret | null
  readonly mail: {
    readonly smtpUrl: Secret | null
    /** `Sophia <sophia@example.com>` or the bare address; null only without `smtpUrl`. */
    readonly from: string | null
  }
  readonly notify: { readonly webhookUrl: Secret | null }
  readonly network: { readonly allowPrivate: readonly string[] }
  readonly log: { readonly level: Values['SOPHIA_LOG_LEVEL'] }
}

/**
 * Reads the environment. Each name may come as `NAME` or, from a file, as `NAME_FILE`; empty means absent.
 * Throws CONFIG_NOT_VALID with every fault at once.
 */
export function readConfig(environment: Environment = process.env): Config {
  const faults: FieldFault[] = [...unknownNames(environment)]
  const parsed: Partial<Record<SettingName, unknown>> = {}
  for (const [name, setting] of settingEntries()) {
    const raw = readRaw(environment, name, faults)
    const result = setting.shape.safeParse(raw)
    if (result.success) parsed[name] = result.data
    else faults.push(...result.error.issues.map((issue) => ({ path: name, message: sentence(issue.message) })))
  }
  // Each key holds what its own shape gave, so the record is of the mapped type.
  const values = parsed as Values
  if (faults.length === 0) faults.push(...crossFaults(values))
  if (faults.length > 0) throw new SophiaError('CONFIG_NOT_VALID', { faults, detail: describe(faults) })
  return Object.freeze(toConfig(values, environment))
}

/** Name, value as printed (secrets hidden) and whether it was set: for `sophia config check`. */
export function describeSettings(
  environment: Environment = process.env,
): { name: string; value: string; isSet: boolean }[] {
  return settingEntries().map(([name, setting]) => {
    const raw = environment[name] || environment[`${name}_FILE`]
    const shown = setting.isSecret ? '[secret]' : (environment[name] ?? `from ${environment[`${name}_FILE`] ?? ''}`)
    return { name, value: raw ? shown : setting.standard, isSet: Boolean(raw) }
  })
}

function settingEntries(): [SettingName, (typeof SETTINGS)[SettingName]][] {
  // Object.entries widens keys to string; the table's own keys are the names.
  return Object.entries(SETTINGS) as [SettingName, (typeof SETTINGS)[SettingName]][]
}

function readRaw(environment: Environment, name: SettingName, faults: FieldFault[]): string | undefined {
  const file = environment[`${name}_FILE`]
  if (!file) return environment[name] || undefined
  if (environment[name]) faults.push({ path: name, message: `Set ${name} or ${name}_FILE, not both.` })
  try {
    return readFileSync(file, 'utf8').trim() || undefined
  } catch {
    // The fault names the setting and the file; why it cannot be read adds nothing a person could use.
    faults.push({ path: `${name}_FILE`, message: `The file ${file} cannot be read.` })
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

/** The way to programs, a home and a language: no child process gets more of this one's environment. */
const INHERITED = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'USER',
  'SystemRoot',
  'APPDATA',
  'TEMP',
  'USERPROFILE',
]

function inheritedFrom(environment: Environment): Record<string, string> {
  return Object.fromEntries(INHERITED.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])))
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
    },
    postgres: {
      url: values.DATABASE_URL,
      directUrl: values.DATABASE_DIRECT_URL ?? values.DATABASE_URL,
      poolMax: values.DATABASE_POOL_MAX,
    },
    redis: { url: values.REDIS_URL },
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
    mcp: { file: resolve(values.SOPHIA_MCP_FILE ?? join(home, 'mcp.json')), inherited: inheritedFrom(environment) },
    calendar: { file: resolve(values.SOPHIA_CALENDAR_FILE ?? join(home, 'calendar.yaml')) },
    secretKey: values.SOPHIA_SECRET_KEY,
    mail: { smtpUrl: values.SMTP_URL, from: values.SOPHIA_MAIL_FROM ?? mailUser(values) },
    notify: { webhookUrl: values.SOPHIA_NOTIFY_WEBHOOK },
    network: { allowPrivate: values.SOPHIA_ALLOW_PRIVATE_NETWORK ?? [] },
    log: { level: values.SOPHIA_LOG_LEVEL },
  }
}

/** `/root` is closed to the unprivileged user that the built-in PostgreSQL runs as, so root gets another home. */
function standardHome(): string {
  return process.getuid?.() === 0 ? '/var/lib/sophia' : join(homedir(), '.sophia')
}

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1) + (message.endsWith('.') ? '' : '.')
}

function describe(faults: readonly FieldFault[]): string {
  return ['The settings have faults:', ...faults.map((fault) => `  ${fault.path}: ${fault.message}`)].join('\n')
}

/** Whether a person reads what this process writes. */
export function isTerminal(): boolean {
  return process.stdout.isTTY && process.stderr.isTTY
}
