/**
 * `npm run upgrade:check -- [--from N] [--redis] [--seconds S] [--json]`: runs the program as it was before its newest migration beside the
 * program as it is, on one database, and goes from version to version where N says from which number of migrations on. It takes
 * the earlier versions from the history of this folder, and needs nothing that `npm test` does not need. Ends with 1 when something broke.
 */
import { parseArgs } from 'node:util'
import { runBeside, type BesideReport } from './run-beside.ts'
import { countMigrations, listVersions } from './versions.ts'

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    redis: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '6' },
    json: { type: 'boolean', default: false },
  },
})

function tell(what: string): void {
  if (!values.json) process.stderr.write(`${what}\n`)
}

function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0, not ${text}.`)
  return value
}

function tellReport({ violations, ...figures }: BesideReport): void {
  tell(
    `${figures.acknowledged} questions taken in, ${figures.failedTries} of ${figures.tries} tries failed; the new one was ready after ${figures.migratedMs} ms; ` +
      `${figures.takenOverByOld} answers taken over by the old one, ${figures.takenOverByNext} by the new one; ` +
      `${figures.pages} pages and ${figures.writes} writes as before. ${violations.length === 0 ? 'Nothing broke.' : 'Broken:'}`,
  )
  for (const violation of violations) tell(`  ${violation}`)
}

async function main(): Promise<boolean> {
  const from = values.from === undefined ? (await countMigrations()) - 1 : numberOf('from', values.from)
  const stretchMs = numberOf('seconds', values.seconds) * 1000
  const versions = await listVersions(from)
  const reports: BesideReport[] = []
  for (const [place, to] of versions.slice(1).entries()) {
    const before = versions[place]
    if (!before) continue
    const report = await runBeside({ from: before, to, hasRedis: values.redis, stretchMs, onStep: tell })
    tellReport(report)
    reports.push(report)
  }
  process.stdout.write(`${JSON.stringify({ name: 'upgrade', results: reports })}\n`)
  return reports.every(({ violations }) => violations.length === 0)
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
