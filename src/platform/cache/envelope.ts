import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { z } from 'zod'

/** The form of what is kept in Redis. Another number is another form, and a miss. */
const FORM = 1

const Head = z.strictObject({
  v: z.literal(FORM),
  /** Of the value's own shape, as its space says. */
  shape: z.string(),
  owner: z.string(),
  key: z.string(),
  /** Lifetimes from the moment it was put, in milliseconds: no two clocks have to agree. */
  freshMs: z.number().min(0),
  staleMs: z.number().min(0),
  keptMs: z.number().min(0),
  makingMs: z.number().min(0),
  costMicros: z.number().min(0),
  /** Tags with the versions it was made under, in order. */
  tags: z.array(z.tuple([z.string(), z.string()])),
  form: z.enum(['json', 'gzip', 'nothing']),
})
export type Head = z.infer<typeof Head>

export interface Opened {
  readonly head: Head
  /** The value as JSON gave it, not looked at yet; undefined for nothing. */
  readonly raw: unknown
}

const PACKED_FROM_BYTES = 8 * 1024
/** Above this a packed value is no value of ours. */
const MOST_BYTES = 32 * 1024 * 1024
const pack = promisify(gzip)
const unpack = promisify(gunzip)

/** One line of facts, then the value as JSON, packed when it is large. Undefined when JSON cannot hold the value. */
export async function seal(
  facts: Omit<Head, 'v' | 'form'>,
  value: { readonly raw: unknown } | 'nothing',
): Promise<Buffer | undefined> {
  if (value === 'nothing') return join({ ...facts, v: FORM, form: 'nothing' }, Buffer.alloc(0))
  const text = JSON.stringify(value.raw)
  if (text === undefined) return undefined
  const plain = Buffer.from(text)
  if (plain.length <= PACKED_FROM_BYTES) return join({ ...facts, v: FORM, form: 'json' }, plain)
  return join({ ...facts, v: FORM, form: 'gzip' }, await pack(plain, { level: 1 }))
}

/** Undefined for whatever is not an envelope of this form: damaged, of an older or a newer Sophia, or somebody else's. */
export async function open(sealed: Buffer): Promise<Opened | undefined> {
  const end = sealed.indexOf('\n')
  if (end < 0) return undefined
  try {
    const head = Head.parse(JSON.parse(sealed.toString('utf8', 0, end)))
    if (head.form === 'nothing') return { head, raw: undefined }
    const body = sealed.subarray(end + 1)
    const plain = head.form === 'gzip' ? await unpack(body, { maxOutputLength: MOST_BYTES }) : body
    return { head, raw: JSON.parse(plain.toString('utf8')) }
  } catch {
    // Whatever is wrong with it, making the value again is right.
    return undefined
  }
}

function join(head: Head, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body])
}
