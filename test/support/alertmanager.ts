import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { findProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { startProgram } from './program.ts'

export const SHIPPED_ALERTMANAGER = 'deploy/prometheus/alertmanager.yaml'

/** As Debian calls it, or as it is called elsewhere. */
const NAMES = ['prometheus-alertmanager', 'alertmanager']

function programOf(names: readonly string[]): string {
  const program = findProgram(names)
  if (!program) throw new Error(`${names[0]} was not found. Run: sudo apt-get install prometheus-alertmanager`)
  return program
}

/** Runs amtool; answers its exit code and all it said. */
export function runAmtool(args: readonly string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(programOf(['amtool']), [...args], (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0
      resolve({ code, said: `${stdout}${stderr}` })
    })
  })
}

interface AlertmanagerWishes {
  /** Where pages and tickets go. */
  readonly webhookUrl: string
  /** What a test has otherwise than it ships, such as shorter pauses. */
  readonly change: (config: string) => string
}

/** A real Alertmanager by the file that ships; only addresses are others, unless a test changes more. Stopped with the test file. */
export async function startAlertmanager({ webhookUrl, change }: AlertmanagerWishes): Promise<{ readonly url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-alertmanager-'))
  const port = await freePort()
  const webhook = join(folder, 'webhook')
  await writeFile(webhook, webhookUrl)
  const shipped = await readFile(SHIPPED_ALERTMANAGER, 'utf8')
  const file = join(folder, 'alertmanager.yaml')
  await writeFile(file, change(shipped).replaceAll(/api_url_file: .*/g, `api_url_file: ${webhook}`))
  const program = startProgram(programOf(NAMES), [
    `--config.file=${file}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
    '--log.level=error',
  ])
  after(async () => {
    program.kill('SIGTERM')
    await program.ended
    await rm(folder, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${port}`
  for (const deadlineMs = performance.now() + 60_000; !(await isReady(url)); await delay(50))
    if (program.isOver() || performance.now() > deadlineMs)
      throw new Error(`Alertmanager does not start: ${program.output()}`)
  return { url }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).ok
  } catch {
    // It does not listen yet.
    return false
  }
}
