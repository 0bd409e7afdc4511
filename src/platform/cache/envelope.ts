import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'

/** The form of what is kept in Redis. Another number is another form, and a miss. */
const FORM = 4

/** What a value answers: read back only where all of it is what is asked for. */
export interface Identity {
  /** Of the value's own shape, as its space says. */
  readonly shape: string
  readonly owner: string
  readonly key: string
  /** Tags with the versions it was made under, in order. */
  readonly tags: readonly (readonly [name: string, version: string])[]
}

export interface Facts {
  /** Lifetimes from the moment it was put, in milliseconds: no two clocks have to agree. */
  readonly freshMs: number
  readonly staleMs: number
  readonly keptMs: number
  readonly makingMs: number
  readonly costMicros: number
}

export interface Opened {
  readonly facts: Facts
  /** The value as JSON gave it, not looked at yet; undefined for nothing. */
  readonly raw: unknown
  readonly isNothing: boolean
}

/**
 * Why nothing was opened: it answers something else, or the same under other tags; it has a form of another version of Sophia; or it has
 * none that can be read.
 */
export type Unopened = 'another' | 'another-form' | 'damaged'

const PACKED_FROM_BYTES = 8 * 1024
/** Above this a packed value is no value of ours. */
const MOST_BYTES = 32 * 1024 * 1024
/** What follows the facts, as the byte in front of them says. */
const BODIES = ['json', 'gzip', 'nothing'] as const
type Body = (typeof BODIES)[number]
const NUMBER_BYTES = 8
/** The kind of body, then five numbers. */
const FACTS_BYTES = 1 + 5 * NUMBER_BYTES
const pack = promisify(gzip)
const unpack = promisify(gunzip)

/**
 * A line that says what it answers, the facts in binary, then the value as JSON, packed when it is large. Undefined when JSON cannot
 * hold the value.
 */
export async function seal(
  identity: Identity,
  facts: Facts,
  value: { readonly raw: unknown } | 'nothing',
): Promise<Buffer | undefined> {
  const join = (body: Body, bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from(lineOf(identity)), packFacts(facts, body), bytes])
  if (value === 'nothing') return join('nothing', Buffer.alloc(0))
  const text = JSON.stringify(value.raw)
  if (text === undefined) return undefined
  const plain = Buffer.from(text)
  if (plain.length <= PACKED_FROM_BYTES) return join('json', plain)
  return join('gzip', await pack(plain, { level: 1 }))
}

/**
 * What begins with exactly what is asked for, or why not: damaged, of an older or a newer Sophia, somebody else's, or made under other
 * versions of its tags. Comparing costs a tenth of reading it as JSON. A promise only where it is packed.
 */
export function open(bytes: Buffer, at: number, identity: Identity): Opened | Unopened | Promise<Opened | Unopened> {
  const line = lineOf(identity)
  const factsAt = at + Buffer.byteLength(line)
  if (bytes.toString('utf8', at, factsAt) !== line) return unlike(bytes, at)
  const bodyAt = factsAt + FACTS_BYTES
  const body = BODIES[bytes[factsAt] ?? BODIES.length]
  const facts = bytes.length < bodyAt ? undefined : readFacts(bytes, factsAt + 1)
  if (body === undefined || facts === undefined) return 'damaged'
  if (body === 'nothing') return { facts, raw: undefined, isNothing: true }
  if (body === 'json') return readJson(facts, bytes, bodyAt)
  return unpack(bytes.subarray(bodyAt), { maxOutputLength: MOST_BYTES }).then(
    (plain) => readJson(facts, plain, 0),
    // Damaged: making the value again is right.
    () => 'damaged' as const,
  )
}

/** Why a line is not the one that is asked for. One that was damaged in its midst passes for another's. */
function unlike(bytes: Buffer, at: number): Unopened {
  const form = /^(\d{1,6}) /.exec(bytes.toString('latin1', at, at + 7))
  if (form === null) return 'damaged'
  return Number(form[1]) === FORM ? 'another' : 'another-form'
}

/** With its length in front of each part no two identities of well-formed text have one line; a quarter of the cost of JSON. */
function lineOf({ shape, owner, key, tags }: Identity): string {
  let line = `${FORM} ${shape.length} ${owner.length} ${key.length} ${shape}${owner}${key}`
  for (const [name, version] of tags) line += ` ${name.length} ${version.length} ${name}${version}`
  return `${line}\n`
}

function packFacts({ freshMs, staleMs, keptMs, makingMs, costMicros }: Facts, body: Body): Buffer {
  const bytes = Buffer.alloc(FACTS_BYTES)
  bytes[0] = BODIES.indexOf(body)
  const numbers = [freshMs, staleMs, keptMs, makingMs, costMicros]
  for (const [place, number] of numbers.entries()) bytes.writeDoubleLE(number, 1 + place * NUMBER_BYTES)
  return bytes
}

/** Numbers as they lie, so that none is read from text. */
function readFacts(sealed: Buffer, at: number): Facts | undefined {
  const freshMs = sealed.readDoubleLE(at)
  const staleMs = sealed.readDoubleLE(at + NUMBER_BYTES)
  const keptMs = sealed.readDoubleLE(at + 2 * NUMBER_BYTES)
  const makingMs = sealed.readDoubleLE(at + 3 * NUMBER_BYTES)
  const costMicros = sealed.readDoubleLE(at + 4 * NUMBER_BYTES)
  // None is negative, and NaN is not at least nothing.
  const areGood = freshMs >= 0 && staleMs >= 0 && keptMs >= 0 && makingMs >= 0 && costMicros >= 0
  return areGood ? { freshMs, staleMs, keptMs, makingMs, costMicros } : undefined
}

function readJson(facts: Facts, bytes: Buffer, from: number): Opened | 'damaged' {
  try {
    return { facts, raw: JSON.parse(bytes.toString('utf8', from)), isNothing: false }
  } catch {
    // Making the value again is right.
    return 'damaged'
  }
}
