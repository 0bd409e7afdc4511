import { hostname } from 'node:os'
import pino from 'pino'
import pretty from 'pino-pretty'
import { z } from 'zod'
import { currentCorrelation } from './correlation.ts'
import { redactText } from './redact.ts'

export type Log = pino.Logger

interface LogSettings {
  readonly level: string
  /** People read a terminal; everything else gets JSON lines. */
  readonly isForPeople: boolean
  /** Where lines go; standard error unless a test says otherwise. */
  readonly stream?: NodeJS.WritableStream
}

/** JSON lines with ECS field names, each with the correlation of the work that wrote it; secrets are cut by key and by pattern. */
export function createLog(settings: LogSettings): Log {
  const options: pino.LoggerOptions = {
    level: settings.level,
    base: { 'service.name': 'sophia', 'process.pid': process.pid, 'host.name': hostname() },
    timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
    messageKey: 'message',
    errorKey: 'error',
    formatters: { level: (label) => ({ 'log.level': label }) },
    serializers: { error: describeError },
    mixin: () => {
      const correlation = currentCorrelation()
      if (!correlation) return {}
      const ids = { 'trace.id': correlation.correlationId }
      return correlation.turnId ? { ...ids, 'sophia.turn.id': correlation.turnId } : ids
    },
    hooks: { streamWrite: redactText },
  }
  return pino(
    options,
    settings.isForPeople ? forPeople(settings.stream) : (settings.stream ?? pino.destination({ dest: 2, sync: false })),
  )
}

function forPeople(stream: NodeJS.WritableStream | undefined): NodeJS.WritableStream {
  return pretty({
    colorize: process.stderr.isTTY,
    destination: stream ?? 2,
    messageKey: 'message',
    // A dot in a key must be escaped, or it is taken for a path into an object.
    levelKey: String.raw`log\.level`,
    timestampKey: '@timestamp',
    translateTime: 'HH:MM:ss',
    ignore: String.raw`service\.name,process\.pid,host\.name,trace\.id,pid,error`,
    messageFormat: (entry) => sentenceOf(entry),
    singleLine: true,
    sync: true,
  })
}

const ToldError = z.object({ message: z.string(), stack_trace: z.string().optional(), cause: z.unknown().optional() })

/** The event and why, in one line; the stack follows only where something is broken. */
function sentenceOf(entry: Record<string, unknown>): string {
  const chain: z.infer<typeof ToldError>[] = []
  for (let next = ToldError.safeParse(entry['error']); next.success; next = ToldError.safeParse(next.data.cause))
    chain.push(next.data)
  const why = chain.map((one) => one.message).join(' < ')
  const stack = entry['log.level'] === 'error' ? chain.at(-1)?.stack_trace : undefined
  return [entry['message'], why && `: ${why}`, stack && `\n${stack}`].filter(Boolean).join('')
}

/**
 * Error and its causes by name, message and stack; never their other fields, which may hold values of a request. Nor the
 * words of a fault that quotes what it was given.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) }
  const message = quotesData(error) ? 'left out: its words quote the data' : error.message
  const stack = error.message === '' ? error.stack : error.stack?.replaceAll(error.message, () => message)
  return { type: error.name, message, ...code, stack_trace: stack, ...cause }
}

/** PostgreSQL's data exceptions (class 22) and what a trigger raised (P0), by SQLSTATE, and the parser of JSON. */
function quotesData(error: Error): boolean {
  if (error instanceof SyntaxError) return true
  const isOfDatabase = 'severity' in error && 'code' in error
  return isOfDatabase && /^(22|P0)/.test(String(error.code))
}
