import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { findProgram } from './find-program.ts'
import { freePort } from './free-port.ts'

function programOf(name: 'prometheus' | 'promtool'): string {
  const program = findProgram([name])
  if (!program) throw new Error(`${name} was not found. Run: sudo apt-get install prometheus`)
  return program
}

/** Runs promtool; answers its exit code and all it said. */
export function runPromtool(args: readonly string[], input = ''): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    const limits = { maxBuffer: 64 * 1024 * 1024 }
    const child = execFile(programOf('promtool'), [...args], limits, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0
      resolve({ code, said: `${stdout}${stderr}` })
    })
    child.stdin?.end(input)
  })
}

const Answer = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
})
export type Found = z.infer<typeof Answer>['data']['result']

interface PrometheusWishes {
  /** What is scraped, each second. */
  readonly target: string
  /** Files of rules; those that ship unless told. */
  readonly rules?: readonly string[]
  /** Whom it tells what fires; nobody unless told. */
  readonly alertmanagerUrl?: string
}

const SHIPPED = 'deploy/prometheus/prometheus.yaml'
/** What of the file that ships a test has otherwise; the rest is taken as it is. */
const Shipped = z.looseObject({ rule_files: z.array(z.string()), scrape_configs: z.array(z.looseObject({})) })

/** A real Prometheus by the file that ships; only places and pace are others. Stopped with the test file. */
export async function startPrometheus({ target, rules, alertmanagerUrl }: PrometheusWishes) {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-prometheus-'))
  const port = await freePort()
  const shipped = Shipped.parse(parse(await readFile(SHIPPED, 'utf8')))
  const at = (url: string): object[] => [{ targets: [new URL(url).host] }]
  const config = {
    ...shipped,
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: rules ?? shipped.rule_files.map((name) => resolve(dirname(SHIPPED), name)),
    alerting: { alertmanagers: alertmanagerUrl === undefined ? [] : [{ static_configs: at(alertmanagerUrl) }] },
    scrape_configs: shipped.scrape_configs.map((one) => ({ ...one, static_configs: at(target) })),
  }
  // JSON is YAML, too.
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config))
  const child = spawn(
    programOf('prometheus'),
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const ended = once(child, 'exit')
  after(async () => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  })
  const url = `http://127.0.0.1:${port}`
  const query = async (expr: string): Promise<Found> => {
    const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query: expr }) })
    if (!answer.ok) throw new Error(`${expr}: ${await answer.text()}`)
    return Answer.parse(await answer.json()).data.result
  }
  for (const deadline = performance.now() + 60_000; !(await isUp(query)); await delay(200))
    if (performance.now() > deadline) throw new Error('Prometheus scraped nothing within a minute.')
  return { url, query }
}

async function isUp(query: (expr: string) => Promise<Found>): Promise<boolean> {
  try {
    return (await query('up == 1')).length > 0
  } catch {
    // It does not listen yet.
    return false
  }
}
