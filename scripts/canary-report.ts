import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

/** What one process of the tests looked at for the secrets it had made, and where it met one. */
const Looked = z.object({
  logLines: z.number(),
  metrics: z.number(),
  refusals: z.number(),
  dumps: z.number(),
  traces: z.number(),
  canaries: z.number(),
  hits: z.array(z.string()),
})

/** Has every process that the tests start add its count; `close` prints their sum and answers whether no secret was met. */
export function openCanaryReport(): { close(): boolean } {
  const folder = mkdtempSync(join(tmpdir(), 'sophia-canaries-'))
  const file = join(folder, 'report.jsonl')
  process.env['CANARY_REPORT'] = file
  return {
    close() {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
      rmSync(folder, { recursive: true, force: true })
      const all = text.split('\n').filter((line) => line !== '')
      return print(all.map((line) => Looked.parse(JSON.parse(line))))
    },
  }
}

function print(all: readonly z.infer<typeof Looked>[]): boolean {
  if (all.length === 0) return true
  const sum = (field: Exclude<keyof z.infer<typeof Looked>, 'hits'>): number =>
    all.reduce((total, one) => total + one[field], 0)
  const hits = all.flatMap((one) => one.hits)
  const places = `${sum('logLines')} lines of logs, ${sum('metrics')} pages of metrics, ${sum('refusals')} refusals, ${sum('dumps')} backups and ${sum('traces')} traces or batches of them`
  process.stdout.write(`# ${hits.length} hits of ${sum('canaries')} secrets in ${places}\n`)
  for (const hit of new Set(hits)) process.stdout.write(`# a secret was met: ${hit}\n`)
  return hits.length === 0
}
