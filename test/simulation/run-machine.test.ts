import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MACHINES } from './machines.ts'
import { readWish, runMachine } from './run-machine.ts'

test('seeds that break a promise are told with what they broke, and counts are summed up', async () => {
  const told: string[] = []
  const simulate = async (seed: number) => ({
    breaches: seed % 2 === 0 ? [] : [`promise ${seed}`],
    counts: { done: seed },
  })
  const report = await runMachine(simulate, { seed: 4, seeds: 4 }, (line) => void told.push(line))
  assert.deepEqual(told, ['seed 5:\n  promise 5', 'seed 7:\n  promise 7'])
  assert.deepEqual([report.seed, report.seeds, report.failing, report['done']], [4, 4, [5, 7], 22])
})

test('every machine runs by seed, and one is chosen by its name', async () => {
  const known = Object.keys(MACHINES)
  assert.deepEqual(known, ['turns', 'cache', 'sharing', 'schedule'])
  for (const [name, simulate] of Object.entries(MACHINES)) {
    const report = await runMachine(simulate, { seed: 7, seeds: 2 }, (line) => assert.fail(`${name}, ${line}`))
    const again = await runMachine(simulate, { seed: 7, seeds: 2 }, () => undefined)
    const { seconds, cpuSeconds, seedsPerCpuMinute, ...counts } = report
    assert.deepEqual(
      { ...again, seconds, cpuSeconds, seedsPerCpuMinute },
      { ...counts, seconds, cpuSeconds, seedsPerCpuMinute },
    )
  }
  assert.deepEqual(readWish({ seed: '7', seeds: '3' }, known), { seed: 7, seeds: 3, names: known })
  assert.deepEqual(readWish({ machine: 'cache', seed: '7', seeds: '3' }, known)?.names, ['cache'])
  for (const wrong of [{ machine: 'clock', seeds: '3' }, { seeds: '0' }, { seed: 'x', seeds: '3' }])
    assert.equal(readWish(wrong, known), undefined)
})
