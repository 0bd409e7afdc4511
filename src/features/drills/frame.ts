import { randomBytes } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '#domain/clock.ts'
import { createCrew, type Crew } from '#platform/scratch/crew.ts'
import { findProgram } from '#platform/scratch/programs.ts'
import { createScratchSophia, type ScratchSophia } from '#platform/scratch/sophia.ts'
import type { RehearsalNeeds } from './drill-needs.ts'
import { findDrillsFolder, listLeftovers, removeFolder, sweepLeftovers } from './sweep-leftovers.ts'

type Settings = Readonly<Record<string, string>>

/** Where a rehearsal stands: a folder of its own, its programs, and one key that opens the scratch deployment. */
export interface Frame {
  readonly folder: string
  readonly crew: Crew
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Of an owner of the scratch deployment, and of nobody else. */
  readonly key: string
  /** Where a program lies that the scene says it needs. */
  program(name: string): string
  /** So many processes, not yet started, with these settings beyond the usual ones. */
  createSophias(count: number, settings: Settings, within?: string): Promise<ScratchSophia[]>
  /** Called at the end, the last first. */
  onEnd(close: () => Promise<void>): void
  end(): Promise<void>
}

/** Clears away what rehearsals left that were killed: only one runs at a time. `signal` ends at once whatever was started. */
export async function openFrame(needs: RehearsalNeeds, signal: AbortSignal): Promise<Frame> {
  const { clock, home, inherited } = needs
  signal.throwIfAborted()
  await sweepLeftovers(await listLeftovers(home))
  const folder = await makeFolder(await findDrillsFolder(home))
  const crew = createCrew(folder)
  const onAbort = (): void => void crew.endAll().catch(() => undefined)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  const key = `sk-sophia-${randomBytes(32).toString('base64url')}`
  const usual = {
    ...inherited,
    SOPHIA_MODEL: 'playbook',
    SOPHIA_LOG_LEVEL: 'warn',
    SOPHIA_ADMIN_API_KEY: key,
    SOPHIA_SECRET_KEY: randomBytes(32).toString('base64'),
    DATABASE_POOL_MAX: '8',
  }
  const closers: (() => Promise<void>)[] = []
  return {
    folder,
    crew,
    clock,
    signal,
    key,
    program: (name) => {
      const found = findProgram(name, inherited['PATH'] ?? '')
      if (found === undefined) throw new Error(`There is no ${name} on this machine.`)
      return found
    },
    async createSophias(count, settings, within = folder) {
      const sophias = await Promise.all(
        Array.from({ length: count }, (_, index) => {
          const name = `process-${index + 1}`
          return createScratchSophia({
            name,
            home: join(within, name),
            crew,
            signal,
            settings: { ...usual, ...settings },
          })
        }),
      )
      closers.push(async () => {
        await Promise.all(sophias.map((sophia) => sophia.stop()))
      })
      return sophias
    },
    onEnd: (close) => void closers.push(close),
    async end() {
      signal.removeEventListener('abort', onAbort)
      // Whatever does not end by itself is ended after them.
      for (const close of closers.toReversed()) await close().catch(() => undefined)
      await crew.endAll()
      await removeFolder(folder)
    },
  }
}

/** A new one, which other accounts may pass through. */
async function makeFolder(all: string): Promise<string> {
  const folder = join(all, randomBytes(4).toString('hex'))
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o711)
  await chmod(all, 0o711)
  return folder
}
