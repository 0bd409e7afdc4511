const ONE_WRITE_BYTES = 64 * 1024
const LINE_END = 10

/** Lines that wait to be written, up to a bound; beyond it the newest are lost and counted. */
export interface LineQueue {
  readonly isEmpty: boolean
  /** Lines that are gone for good. */
  readonly lost: number
  add(line: string): void
  /** The next piece to write; given back by `giveBack` when nothing of it was. */
  take(): Buffer
  giveBack(piece: Buffer): void
  /** So much of a piece was written; the rest comes next, and after it a word of what was lost. */
  wrote(piece: Buffer, bytes: number): void
  /** Nobody will read any of it, nor what comes. */
  close(): void
}

export function createLineQueue(mostBytes: number, tellLost: (lines: number) => string): LineQueue {
  const waiting: Buffer[] = []
  let waitingBytes = 0
  let lost = 0
  let untold = 0
  let isClosed = false

  function lose(lines: number): void {
    lost += lines
    untold += lines
  }

  function keep(bytes: Buffer): void {
    waiting.push(bytes)
    waitingBytes += bytes.length
  }

  return {
    get isEmpty() {
      return waiting.length === 0
    },
    get lost() {
      return lost
    },
    add(line) {
      const bytes = Buffer.from(line)
      if (isClosed || waitingBytes + bytes.length > mostBytes) lose(1)
      else keep(bytes)
    },
    take() {
      let bytes = 0
      let count = 0
      while (count < waiting.length && (count === 0 || bytes < ONE_WRITE_BYTES)) bytes += waiting[count++]?.length ?? 0
      return Buffer.concat(waiting.splice(0, count))
    },
    giveBack: (piece) => void waiting.unshift(piece),
    wrote(piece, bytes) {
      waitingBytes -= bytes
      if (bytes < piece.length) {
        waiting.unshift(piece.subarray(bytes))
        return
      }
      if (untold > 0) keep(Buffer.from(tellLost(untold)))
      untold = 0
    },
    close() {
      isClosed = true
      lose(waiting.reduce((lines, piece) => lines + linesIn(piece), 0))
      waiting.length = 0
    },
  }
}

function linesIn(piece: Buffer): number {
  return piece.filter((byte) => byte === LINE_END).length
}
