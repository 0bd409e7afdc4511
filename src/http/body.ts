import { Readable, Transform } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'

const MAX_DEPTH = 50

/** Parses JSON, refusing depth that no contract has and keys that would reach a prototype. */
export function parseJsonText(text: string): unknown {
  if (text.trim() === '') return undefined
  if (depthOf(text) > MAX_DEPTH)
    throw new SophiaError('INVALID_JSON', { detail: `The body is nested deeper than ${MAX_DEPTH} levels.` })
  try {
    return JSON.parse(text, refusePrototypeKeys)
  } catch (error) {
    if (error instanceof SophiaError) throw error
    throw new SophiaError('INVALID_JSON', { cause: error, detail: 'The body is not valid JSON.' })
  }
}

function refusePrototypeKeys(key: string, value: unknown): unknown {
  if (key === '__proto__')
    throw new SophiaError('INVALID_JSON', { detail: 'The body has a key that is not allowed: __proto__.' })
  return value
}

/** Deepest nesting of brackets outside strings, found without recursion. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let isInString = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (isInString) {
      if (character === '\\') index += 1
      else if (character === '"') isInString = false
    } else if (character === '"') isInString = true
    else if (character === '{' || character === '[') deepest = Math.max(deepest, (depth += 1))
    else if (character === '}' || character === ']') depth -= 1
  }
  return deepest
}

/** Parses one part of a request by its shape; without a shape only an empty part is accepted. */
export function parseBody(shape: z.ZodType | undefined, value: unknown, part: 'path' | 'query' | 'body'): unknown {
  // PostgreSQL stores no NUL, so it is a fault of the input here rather than of the server there.
  if (hasNul(value)) throw new SophiaError('INVALID_INPUT', { detail: `The ${part} has a NUL character in a text.` })
  if (part === 'body' && value instanceof Readable) {
    // A file's content type at an address that takes JSON: nobody reads it, so it must not stay in the connection.
    value.resume()
    throw new SophiaError('UNSUPPORTED_MEDIA_TYPE', { detail: 'Send Content-Type: application/json.' })
  }
  if (!shape) {
    if (isEmpty(value)) return undefined
    if (part === 'body') throw new SophiaError('INVALID_INPUT', { detail: 'This address takes no body.' })
    throw new SophiaError('INVALID_INPUT', {
      faults: Object.keys(value ?? {}).map((path) => ({ path, message: 'Unknown field.' })),
    })
  }
  // No body is an empty one; a null that was sent is a fault.
  const result = shape.safeParse(value === undefined ? {} : value)
  if (result.success) return result.data
  const faults = result.error.issues.map((issue) => ({ path: pathOf(part, issue.path), message: issue.message }))
  const first = faults[0]
  throw new SophiaError('INVALID_INPUT', first ? { faults, detail: `${first.path}: ${first.message}` } : {})
}

function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null || value instanceof Readable) return false
  return Object.entries(value).some(([key, inner]) => key.includes('\0') || hasNul(inner))
}

function pathOf(part: string, path: readonly PropertyKey[]): string {
  return [part === 'body' ? '' : part, ...path.map(String)].filter((step) => step !== '').join('.') || part
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
}

/** The unread body of an upload, cut off with BODY_TOO_LARGE past the limit. */
export function uploadOf(request: FastifyRequest, limitBytes: number): Readable {
  const body: unknown = request.body
  if (!(body instanceof Readable))
    throw new SophiaError('UNSUPPORTED_MEDIA_TYPE', {
      detail: 'Send the file itself as the body, with Content-Type text/csv.',
    })
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes)
  let seenBytes = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seenBytes += chunk.length
      if (seenBytes > limitBytes) done(tooLarge(limitBytes))
      else done(null, chunk)
    },
  })
  body.once('error', (error) => counter.destroy(error))
  body.once('close', () => {
    if (!body.readableEnded)
      counter.destroy(new SophiaError('IMPORT_NOT_VALID', { detail: 'The upload broke off before its end.' }))
  })
  return body.pipe(counter)
}

function tooLarge(limitBytes: number): SophiaError {
  return new SophiaError('BODY_TOO_LARGE', {
    detail: `The body is larger than ${Math.round(limitBytes / 1024 / 1024)} MB.`,
  })
}
