/**
 * `npm run simulate -- [--machine turns] [--seed S] [--seeds N]`: runs N seeds from S on of one machine, or of all of them one after the
 * other, tells which break a promise and how, and how fast it went. The last line is one object: the figures of the first machine at its
 * top, and of each under `machines`.
 */
import { parseArgs } from 'node:util'
import { MACHINES } from './machines.ts'
import { readWish, runMachine } from './run-machine.ts'

const known = Object.keys(MACHINES)
const { values } = parseArgs({
  options: { machine: { type: 'string' }, seed: { type: 'string' }, seeds: { type: 'string', default: '5000' } },
})
const wish = readWish(values, known)
if (wish === undefined) {
  process.stderr.write(`usage: npm run simulate -- [--machine ${known.join('|')}] [--seed S] [--seeds N]\n`)
  process.exit(2)
}
const machines: Record<string, Awaited<ReturnType<typeof runMachine>>> = {}
for (const [name, simulate] of Object.entries(MACHINES)) {
  if (!wish.names.includes(name)) continue
  // One after the other, so that each has its own figures.
  // oxlint-disable-next-line no-await-in-loop
  const report = await runMachine(simulate, wish, (line) => process.stderr.write(`${name}, ${line}\n`))
  machines[name] = report
  process.stderr.write(
    `${name}: ${report.failing.length} of ${report.seeds} seeds break a promise; ${report.seedsPerCpuMinute} seeds a minute of processor time\n`,
  )
}
const reports = Object.values(machines)
process.stdout.write(`${JSON.stringify({ ...reports[0], machines })}\n`)
process.exit(reports.some(({ failing }) => failing.length > 0) ? 1 : 0)
