/** `npm run simulate -- [--seed S] [--seeds N]`: runs N seeds from S on, tells which break a promise and how, and how fast it went. */
import { parseArgs } from 'node:util'
import { simulateTurns } from './simulate-turns.ts'

const { values } = parseArgs({ options: { seed: { type: 'string' }, seeds: { type: 'string', default: '5000' } } })
const first = Number(values.seed ?? Math.floor(Math.random() * 1_000_000_000))
const count = Number(values.seeds)
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
  process.stderr.write('usage: npm run simulate -- [--seed S] [--seeds N]\n')
  process.exit(2)
}
const startedMs = performance.now()
const failing: number[] = []
const totals = { turns: 0, attempts: 0 }
for (let seed = first; seed < first + count; seed += 1) {
  const { breaches, turns, attempts } = simulateTurns(seed)
  totals.turns += turns
  totals.attempts += attempts
  if (breaches.length === 0) continue
  failing.push(seed)
  process.stderr.write(`seed ${seed}:\n  ${breaches.slice(0, 5).join('\n  ')}\n`)
}
const seconds = (performance.now() - startedMs) / 1000
const cpuSeconds = process.cpuUsage().user / 1_000_000
const report = { seed: first, seeds: count, failing, ...totals, seconds, cpuSeconds }
process.stdout.write(`${JSON.stringify({ ...report, seedsPerCpuMinute: Math.round((count / cpuSeconds) * 60) })}\n`)
process.exit(failing.length > 0 ? 1 : 0)
