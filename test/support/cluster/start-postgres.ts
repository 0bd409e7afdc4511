import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { startPrivateEngine } from '../private-engine.ts'
import { familyOf, isAlive } from '../sophia-process.ts'

export type ClusterPostgres = Awaited<ReturnType<typeof startPostgres>>

/** A PostgreSQL of one's own on a loopback port that stays the same over restarts, durable as in production; until `end`. */
export async function startPostgres(folder: string) {
  const home = join(folder, 'postgres')
  await mkdir(home, { recursive: true })
  // The account it runs under passes through.
  await chmod(home, 0o711)
  const port = await freePort()
  const wishes = { home, isDurable: true, port }
  let engine = await startPrivateEngine(wishes)
  const start = async (): Promise<void> => void (engine = await startPrivateEngine(wishes))
  const signal = async (name: NodeJS.Signals, pids: readonly number[] = [engine.pid]): Promise<void> => {
    for (const pid of pids) send(pid, name)
    await engine.gone
  }
  return {
    port,
    url: databaseUrlOf(engine.connection),
    connection: engine.connection,
    pid: () => engine.pid,
    /** `fast`: clients are cut off and everything is written; `immediate`: as by a crash, mended at the next start. */
    stop: (how: 'fast' | 'immediate') => signal(how === 'fast' ? 'SIGINT' : 'SIGQUIT'),
    /** The postmaster and all its processes at once, as the end of the machine would. */
    kill: () => signal('SIGKILL', familyOf(engine.pid)),
    start,
    /** As whatever watches over it would: a server that ended by itself, such as for want of room, runs again. */
    async revive(): Promise<void> {
      if (!isAlive(engine.pid)) await start()
    },
    freeze: () => familyOf(engine.pid).forEach((pid) => send(pid, 'SIGSTOP')),
    thaw: () => familyOf(engine.pid).forEach((pid) => send(pid, 'SIGCONT')),
    async end(): Promise<void> {
      for (const pid of familyOf(engine.pid)) send(pid, 'SIGCONT')
      await engine.stop()
    },
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone already, as processes of connections are at any moment.
  }
}
