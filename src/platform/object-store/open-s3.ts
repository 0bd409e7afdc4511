import { open, rm, type FileHandle } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { SophiaError } from '#domain/errors.ts'
import type { Secret } from '../config/secret.ts'
import { createGuardedClient } from '../network/guarded-client.ts'
import { hostWithPort } from '../network/address-guard.ts'
import { guardRequests } from './guarded-requests.ts'
import type { ObjectStore, SentObject, StoredObject, TransferOptions } from './object-store.ts'

export interface S3Place {
  readonly bucket: string
  /** Before each name; empty or without slashes at its ends. */
  readonly prefix: string
  readonly region: string
  /** Of a store that is not Amazon's; null: Amazon's own. */
  readonly endpoint: string | null
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken: Secret | null
  /** Hosts inside private ranges that may be reached; the endpoint may by itself, as the operator named it. */
  readonly allowPrivate: readonly string[]
}

/** The store counts at most ten thousand pieces, so that large files have larger ones. */
const MOST_PIECES = 9000
const PIECE_BYTES = 8 * 1024 * 1024
const NOTE = 'sophia'
const MOST_DETAIL = 300

/** A bucket of any store that speaks S3, by the official SDK. Nothing is asked before it is used. */
export function openS3(place: S3Place): ObjectStore {
  const { bucket, prefix } = place
  const client = createGuardedClient({
    allowPrivate: [...place.allowPrivate, ...(place.endpoint === null ? [] : [hostWithPort(place.endpoint)])],
  })
  const s3 = openClient(place, guardRequests(client))
  const address = `s3://${prefix === '' ? bucket : `${bucket}/${prefix}`}`
  const keyOf = (name: string): string => (prefix === '' ? name : `${prefix}/${name}`)
  const lines: Lines = { s3, bucket, keyOf, notes: new Map() }
  return {
    address,
    put: (object, options) => told(address, 'did not take the file', () => put(lines, object, options)),
    list: () => told(address, 'could not be listed', () => list(lines)),
    get: (name, path, options) => told(address, 'did not give the file', () => get(lines, { name, path }, options)),
    remove: (name) =>
      told(address, 'did not remove the file', async () => {
        await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(name) }))
      }),
    async close() {
      s3.destroy()
      await client.close()
    },
  }
}

interface Lines {
  readonly s3: S3Client
  readonly bucket: string
  readonly keyOf: (name: string) => string
  /** Of each version of an object that was seen: it never changes. */
  readonly notes: Map<string, string | null>
}

function openClient(place: S3Place, requestHandler: ReturnType<typeof guardRequests>): S3Client {
  const { accessKeyId, secretAccessKey, sessionToken, endpoint, region } = place
  return new S3Client({
    region,
    requestHandler,
    credentials: {
      accessKeyId,
      secretAccessKey: secretAccessKey.reveal(),
      ...(sessionToken ? { sessionToken: sessionToken.reveal() } : {}),
    },
    // Stores of one's own rarely have a name for each bucket.
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    // Many stores do not know the newer checksums yet. Pieces are signed with their SHA-256 as it is.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

async function put({ s3, bucket, keyOf }: Lines, object: SentObject, options: TransferOptions = {}): Promise<void> {
  const upload = new Upload({
    client: s3,
    params: {
      Bucket: bucket,
      Key: keyOf(object.name),
      Body: createReadStream(object.path),
      Metadata: { [NOTE]: object.note },
    },
    partSize: Math.max(PIECE_BYTES, Math.ceil(object.bytes / MOST_PIECES)),
    queueSize: 2,
  })
  let sent = 0
  upload.on('httpUploadProgress', ({ loaded = sent }) => {
    options.onBytes?.(loaded - sent)
    sent = loaded
  })
  const stop = (): void => void upload.abort()
  options.signal?.addEventListener('abort', stop)
  try {
    await upload.done()
  } finally {
    options.signal?.removeEventListener('abort', stop)
  }
  const { ContentLength: arrived } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(object.name) }))
  if (arrived !== object.bytes) throw new Error(`${arrived} bytes arrived of ${object.bytes}`)
}

async function list(lines: Lines): Promise<StoredObject[]> {
  const { s3, bucket, keyOf } = lines
  const under = keyOf('')
  const found: StoredObject[] = []
  for (let page: string | undefined, isLast = false; !isLast;) {
    const answer = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: under, Delimiter: '/', ContinuationToken: page }),
    )
    for (const { Key: key, ETag: version, Size: bytes, LastModified: changedAt } of answer.Contents ?? []) {
      if (key === undefined || bytes === undefined || changedAt === undefined) continue
      const note = await readNote(lines, key, version)
      if (note !== undefined) found.push({ name: key.slice(under.length), bytes, changedAt, note })
    }
    page = answer.NextContinuationToken
    isLast = page === undefined
  }
  return found
}

/** undefined: it was removed since it was listed. */
async function readNote({ s3, bucket, notes }: Lines, key: string, version = ''): Promise<string | null | undefined> {
  const place = `${version} ${key}`
  const known = notes.get(place)
  if (known !== undefined) return known
  const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).catch((error: unknown) => {
    if (isAbsent(error)) return undefined
    throw error
  })
  if (!head) return undefined
  const note = head.Metadata?.[NOTE] ?? null
  notes.set(place, note)
  return note
}

interface Fetched {
  readonly name: string
  readonly path: string
}

/** By pieces, so that one that breaks off is asked for alone again. */
async function get(lines: Lines, { name, path }: Fetched, options: TransferOptions = {}): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await fetchPieces(lines, { name, file }, options)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

async function fetchPieces(
  { s3, bucket, keyOf }: Lines,
  { name, file }: { name: string; file: FileHandle },
  { signal, onBytes }: TransferOptions,
): Promise<void> {
  const Key = keyOf(name)
  const { ContentLength: bytes = 0, ETag: version } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }))
  for (let at = 0; at < bytes; at += PIECE_BYTES) {
    const last = Math.min(at + PIECE_BYTES, bytes) - 1
    const piece = await s3.send(
      // Of one version: a file that was replaced meanwhile would be half of each.
      new GetObjectCommand({ Bucket: bucket, Key, Range: `bytes=${at}-${last}`, IfMatch: version }),
      signal ? { abortSignal: signal } : {},
    )
    const taken = (await piece.Body?.transformToByteArray()) ?? new Uint8Array()
    if (taken.length !== last - at + 1) throw new Error(`a piece of ${last - at + 1} bytes has ${taken.length}`)
    await file.write(taken, 0, taken.length, at)
    onBytes?.(taken.length)
  }
}

async function told<Result>(address: string, what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw new SophiaError(isAbsent(error) ? 'NOT_FOUND' : 'STORE_FAILED', {
      detail: `The store ${address} ${what}: ${reasonOf(error)}`,
      cause: error,
    })
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof NoSuchKey || (error instanceof Error && error.name === 'NotFound')
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return String(cause)
  return `${cause.name}: ${cause.message}`.slice(0, MOST_DETAIL)
}
