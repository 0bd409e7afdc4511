import { write, writeSync } from 'node:fs'
import { createLineQueue, type LineQueue } from './line-queue.ts'

/** Where finished lines go. Writing never throws and never waits. */
export interface LogStream {
  write(line: string): void
  /** Lines that are gone for good: there was no room for them, or nobody to read them. */
  lost(): number
  /** What still waits, on the way out of the process; gives up after a moment. */
  flush(): void
}

interface StreamSettings {
  /** A file, a pipe, a terminal. */
  readonly descriptor: number
  /** A line that says how many were lost, written as soon as there is room again. */
  readonly tellLost: (lines: number) => string
}

/** So much may wait for a reader or for room on a disk. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024
/** Until a pipe that is full is tried again, and a disk that is. */
const AGAIN_MS = { pipe: 50, disk: 1000 }
const FLUSH_LIMIT_MS = 1000

/**
 * Writes lines as the other side takes them. A pipe that nobody reads and a disk that is full cost at most so much memory:
 * then lines are lost, counted, and told of once there is room. A pipe that was closed ends it: the log goes nowhere, and the
 * process goes on.
 */
export function openLogStream({ descriptor, tellLost }: StreamSettings): LogStream {
  const queue = createLineQueue(MOST_WAITING_BYTES, tellLost)
  let isBusy = false

  function again(): void {
    isBusy = false
    pump()
  }

  function failed(error: NodeJS.ErrnoException, piece: Buffer): void {
    queue.giveBack(piece)
    if (isGone(error)) queue.close()
    // Nobody keeps running for the sake of its log.
    else setTimeout(again, error.code === 'EAGAIN' ? AGAIN_MS.pipe : AGAIN_MS.disk).unref()
  }

  function pump(): void {
    if (isBusy || queue.isEmpty) return
    isBusy = true
    const piece = queue.take()
    write(descriptor, piece, (error, bytes) => {
      if (error) return failed(error, piece)
      queue.wrote(piece, bytes)
      again()
    })
  }

  return {
    write(line) {
      queue.add(line)
      pump()
    },
    lost: () => queue.lost,
    flush: () => flush(descriptor, queue),
  }
}

function flush(descriptor: number, queue: LineQueue): void {
  const deadline = performance.now() + FLUSH_LIMIT_MS
  while (!queue.isEmpty && performance.now() < deadline) {
    const piece = queue.take()
    try {
      queue.wrote(piece, writeSync(descriptor, piece))
    } catch (error) {
      // A disk that is full, or nobody there: a process must not fail to end because of its log.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return
      queue.giveBack(piece)
      sleepBriefly()
    }
  }
}

/** Nobody will ever read it: the pipe or the terminal was closed. */
function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EBADF' || code === 'ECONNRESET' || code === 'ENOTCONN'
}

/** On the way out nothing else can run meanwhile. */
function sleepBriefly(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
}
