import { createHash, randomBytes, randomUUID } from 'node:crypto'

/** A UUIDv7 (RFC 9562): 48 bits of milliseconds, then random. Orders by time of making, to the millisecond. */
export function createId(nowMs: number = Date.now()): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** 256 random bits as URL-safe text: session tokens, keys, links. */
export function createToken(): string {
  return randomBytes(32).toString('base64url')
}

/** How tokens are stored and looked up: SHA-256; they carry 256 bits of their own, so no slow hash is needed. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** SHA-256 in hex of a text. */
export function contentHash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A trace id of W3C Trace Context: 32 hex digits, 122 bits of them random. Node keeps random bytes ahead for UUIDs only. */
export function createTraceId(): string {
  return randomUUID().replaceAll('-', '')
}

/** A span id of the same: 16 hex digits. Nothing rests on it, and there are many: cheap randomness will do. */
export function createSpanId(): string {
  const half = (): string =>
    Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return half() + half()
}
