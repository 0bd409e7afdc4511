import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { findProcess } from '#platform/process-table.ts'

/** A program that runs for a rehearsal only. */
export interface ScratchProgram {
  readonly pid: number
  /** Settles when it is gone, with how it ended. Never rejects. */
  readonly ended: Promise<string>
  isOver(): boolean
  /** The newest of what it wrote. */
  words(): string
  signal(name: NodeJS.Signals): void
}

interface Launch {
  readonly env: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Programs of one rehearsal. They are written down, so that those of a rehearsal that was killed can be ended later. */
export interface Crew {
  /** Throws once all were ended. */
  start(path: string, args: readonly string[], launch: Launch): ScratchProgram
  /** Of a process that somebody else started for this rehearsal; one that comes too late is ended. */
  note(pid: number): Promise<void>
  /** SIGKILL for all that still run; nothing is started after that. */
  endAll(): Promise<void>
}

const LIST = 'processes.jsonl'
const MOST_WORDS = 64_000
const Noted = z.object({ pid: z.number().int().positive(), startedAt: z.string() })

export function createCrew(folder: string): Crew {
  const running = new Set<ScratchProgram>()
  let isOver = false
  const note = async (pid: number): Promise<void> => {
    const found = await findProcess(pid)
    if (!found) return
    const noted = { pid, startedAt: found.startedAt }
    if (isOver) await endOne(noted)
    else appendFileSync(join(folder, LIST), `${JSON.stringify(noted)}\n`)
  }
  return {
    note,
    start(path, args, launch) {
      if (isOver) throw new Error('The rehearsal is over.')
      const program = launchProgram(path, args, launch)
      running.add(program)
      void program.ended.then(() => running.delete(program))
      // One that is gone before it is written down needs no ending.
      void note(program.pid).catch(() => undefined)
      return program
    },
    async endAll() {
      isOver = true
      const left = [...running]
      for (const program of left) program.signal('SIGKILL')
      await Promise.all(left.map(({ ended }) => ended))
      await endNoted(folder)
    },
  }
}

/** Ends whatever a rehearsal in this folder left running: the very processes it started, none that got a number of theirs. */
export async function endNoted(folder: string): Promise<void> {
  const lines = (await readFile(join(folder, LIST), 'utf8').catch(() => '')).split('\n').filter(Boolean)
  for (const line of lines) {
    const noted = Noted.safeParse(parsed(line))
    // One after the other: they are few.
    // oxlint-disable-next-line no-await-in-loop
    if (noted.success) await endOne(noted.data)
  }
}

async function endOne({ pid, startedAt }: z.infer<typeof Noted>): Promise<void> {
  const found = await findProcess(pid)
  if (found?.startedAt !== startedAt) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended between the look and the signal.
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // Half a line of a process that was killed as it wrote.
    return null
  }
}

function launchProgram(path: string, args: readonly string[], { env, cwd }: Launch): ScratchProgram {
  // A group of its own: Ctrl-C is for whoever rehearses, and they end what they started.
  const child = spawn(path, args, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    windowsHide: true,
    ...(cwd === undefined ? {} : { cwd }),
  })
  let words = ''
  const hear = (chunk: Buffer): void => void (words = (words + chunk.toString()).slice(-MOST_WORDS))
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  let isOver = false
  const ended = new Promise<string>((resolve) => {
    const end = (how: string): void => {
      isOver = true
      resolve(how)
    }
    child.once('error', (error) => end(error.message))
    child.once('exit', (code, signal) => end(signal ? `ended by ${signal}` : `exit code ${code ?? 'unknown'}`))
  })
  return {
    pid: child.pid ?? 0,
    ended,
    isOver: () => isOver,
    words: () => words.trim(),
    signal: (name) => void child.kill(name),
  }
}
