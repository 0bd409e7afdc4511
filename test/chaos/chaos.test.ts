import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PLANTED_BUGS } from './planted-bugs.ts'
import { runChaos } from './run-chaos.ts'

const seed = Math.floor(Math.random() * 1_000_000_000)

test('thirty kills with -9 while answers stream: nothing acknowledged is lost or doubled, and readers have what is stored', async (t) => {
  const report = await runChaos({ seed, kills: 30, users: 8, quietMs: 30_000 })
  const { violations, ...counts } = report
  t.diagnostic(JSON.stringify(counts))
  assert.deepEqual(violations, [], `seed ${seed}`)
  // How far they get between two kills is a matter of the machine; each of the eight gets there twice.
  assert.ok(report.acknowledged >= 16, 'clients got through')
  assert.ok(report.takeovers >= 10, 'turns were taken over')
})

/** Each bug must be seen for what it is, not for some accident of the run. */
const EXPECTED = {
  'drop-ack': /was acknowledged and is lost/,
  'double-insert': /is stored \d+ times/,
  'skip-journal-row': /is not dense/,
  'deliver-before-commit': /was delivered and is not in the journal/,
} as const

/** A planted bug shows itself in nearly every run, and in one of these at the latest. */
const RUNS = 4

describe('the checker notices a planted bug', { concurrency: 4 }, () => {
  for (const bug of PLANTED_BUGS) {
    test(bug, async (t) => {
      const isSeen = ({ violations }: Awaited<ReturnType<typeof runChaos>>): boolean =>
        violations.some((one) => EXPECTED[bug].test(one))
      let report = await runChaos({ seed, kills: 3, users: 6, quietMs: 6000, bug })
      // Where a busy machine gave the bug no occasion, another run may.
      for (let more = 1; more < RUNS && !isSeen(report); more += 1)
        report = await runChaos({ seed: seed + more, kills: 3, users: 6, quietMs: 6000, bug })
      t.diagnostic(`${report.violations.length} violations, such as: ${report.violations[0]}`)
      assert.ok(isSeen(report), `seed ${seed}: ${report.violations.join('\n')}`)
    })
  }
})
