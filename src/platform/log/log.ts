import { hostname } from 'node:os'
import pino from 'pino'
import pretty from 'pino-pretty'
import { z } from 'zod'
import { VERSION } from '../version.ts'
import { currentCorrelation } from './correlation.ts'
import { describeError } from './describe-error.ts'
import { createLineSampler, type LineSampler } from './line-sampler.ts'
import { openLogStream, type LogStream } from './log-stream.ts'
import { redactFields, redactText } from './redact.ts'
import { ECS_VERSION, toEcs } from './to-ecs.ts'
import { withoutControls } from './without-controls.ts'

export type Log = pino.Logger

interface LogSettings {
  readonly level: string
  /** People read a terminal; everything else gets JSON lines. */
  readonly isForPeople: boolean
  /** Where lines go; standard error unless a test says otherwise. */
  readonly stream?: NodeJS.WritableStream
  /** Time that only moves forward, in milliseconds. */
  readonly monotonicMs?: () => number
}

/** Lines that were not written. */
export interface LogCounts {
  /** Alike others that were. */
  readonly sampled: number
  /** There was no room for them, or nobody to read them. */
  readonly lost: number
}

const counters = new WeakMap<Log, () => LogCounts>()

/** What a log has left out so far; nothing for one that is not ours. */
export function logCounts(log: Log): LogCounts {
  return counters.get(log)?.() ?? { sampled: 0, lost: 0 }
}

/**
 * JSON lines in the form of the Elastic Common Schema, each with the ids of the work that wrote it; secrets are cut by key and
 * by pattern, and of many lines alike only some are written.
 */
export function createLog(settings: LogSettings): Log {
  const { level, isForPeople, stream } = settings
  const sampler = createLineSampler(settings.monotonicMs ?? (() => performance.now()))
  let sampled = 0
  const onLeftOut = (): void => void (sampled += 1)
  const own = stream === undefined && !isForPeople ? openErrorStream() : undefined
  const options: pino.LoggerOptions = {
    level,
    timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
    messageKey: 'message',
    errorKey: 'error',
    mixin: idsOfWork,
    hooks: { streamWrite: redactText, logMethod: sampleWith(sampler, onLeftOut) },
    ...(isForPeople ? PLAIN : ECS),
  }
  const log = pino(options, isForPeople ? forPeople(stream) : (own ?? stream ?? process.stderr))
  counters.set(log, () => ({ sampled, lost: own?.lost() ?? 0 }))
  return log
}

const levelOf = (label: string): object => ({ 'log.level': label })

const ECS: pino.LoggerOptions = {
  base: {
    'ecs.version': ECS_VERSION,
    'service.name': 'sophia',
    'service.version': VERSION,
    'event.dataset': 'sophia.log',
    'process.pid': process.pid,
    'host.hostname': hostname(),
  },
  formatters: { level: levelOf, log: toEcs },
  // It was told by the schema's names before.
  serializers: { error: (told: unknown) => told },
}

const PLAIN: pino.LoggerOptions = {
  base: {},
  formatters: {
    level: levelOf,
    log: ({ error, ...rest }) => ({ ...Object(redactFields(rest)), ...(error === undefined ? {} : { error }) }),
  },
  serializers: { error: describeError },
}

/** The one place that says under which ids a line is found again. */
function idsOfWork(): Record<string, string> {
  const correlation = currentCorrelation()
  if (!correlation) return {}
  const { correlationId, span, turnId } = correlation
  const traceId = span?.trace.traceId ?? correlationId
  return {
    'trace.id': traceId,
    ...(traceId === correlationId ? {} : { 'sophia.correlation.id': correlationId }),
    ...(turnId === undefined ? {} : { 'sophia.turn.id': turnId }),
  }
}

const LEVELS = pino.levels.values

/** Whoever asks for more than is usual wants all of it; and what ends the process is never left out. */
function isSampled(level: number): boolean {
  return level >= (LEVELS['info'] ?? 0) && level <= (LEVELS['error'] ?? 0)
}

type LogMethod = NonNullable<NonNullable<pino.LoggerOptions['hooks']>['logMethod']>

function sampleWith(sampler: LineSampler, onLeftOut: () => void): LogMethod {
  return function sample(args, method, level) {
    if (!isSampled(level)) return method.apply(this, args)
    const words = args.find((one: unknown) => typeof one === 'string') ?? ''
    const verdict = sampler.judge(`${level} ${words}`)
    if (!verdict.isWritten) return onLeftOut()
    for (const { kind, leftOut } of sampler.takeUntold())
      method.apply(this, [{ 'sophia.left_out': leftOut }, `left out of the log, alike: ${kind.slice(3)}`])
    method.apply(this, verdict.leftOut > 0 ? withLeftOut(args, verdict.leftOut) : args)
  }
}

function withLeftOut(args: Parameters<pino.LogFn>, leftOut: number): Parameters<pino.LogFn> {
  const [first, ...rest]: readonly unknown[] = args
  const more = { 'sophia.left_out': leftOut }
  const told: unknown[] =
    typeof first === 'string'
      ? [more, first, ...rest]
      : [{ ...(first instanceof Error ? { error: first } : Object(first)), ...more }, ...rest]
  // The same arguments with one more field: an object, the words, and what fills their places.
  return told as Parameters<pino.LogFn>
}

const STANDARD_ERROR = 2

/** Lines lost are told in a line of the same form, under no work. */
function openErrorStream(): LogStream {
  // Asked for once, a pipe is opened so that writing to a full one answers instead of standing still.
  void process.stderr
  const stream = openLogStream({
    descriptor: STANDARD_ERROR,
    tellLost: (lines) => {
      const fields = { ...ECS.base, 'log.level': 'warn', '@timestamp': new Date().toISOString() }
      const message = 'lines of the log were lost: nobody read it, or its disk was full'
      return `${JSON.stringify({ ...fields, labels: { lines: String(lines) }, message })}\n`
    },
  })
  process.on('exit', stream.flush)
  return stream
}

function forPeople(stream: NodeJS.WritableStream | undefined): NodeJS.WritableStream {
  return pretty({
    colorize: process.stderr.isTTY,
    destination: stream ?? STANDARD_ERROR,
    messageKey: 'message',
    // A dot in a key must be escaped, or it is taken for a path into an object.
    levelKey: String.raw`log\.level`,
    timestampKey: '@timestamp',
    translateTime: 'HH:MM:ss',
    ignore: String.raw`trace\.id,pid,error`,
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
  return withoutControls([entry['message'], why && `: ${why}`, stack && `\n${stack}`].filter(Boolean).join(''))
}
