import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { mountDisk } from '../support/own-disk.ts'
import { FAULTS } from './plan-faults.ts'
import { runCluster } from './run-cluster.ts'

const seed = Math.floor(Math.random() * 1_000_000_000)
/** Several times what it takes, and less than a file may take. */
const LIMIT_MS = 480_000
/** Each is a long line, and telling two long lists apart takes minutes. */
const MOST_TOLD = 20

test(
  'three replicas under every fault once: nothing acknowledged is lost or doubled, every answer ends, and nobody reads what is another’s',
  { timeout: LIMIT_MS },
  async (t) => {
    let step = 'its start'
    const onStep = (next: string): void => void (step = next)
    const tellWhere = setTimeout(() => process.stderr.write(`Seed ${seed} hangs at: ${step}.\n`), LIMIT_MS - 1000)
    t.after(() => clearTimeout(tellWhere))
    // Where nobody may mount a disk, none is filled here: disk-full.test.ts says what stands in for it.
    const disk = await mountDisk(1200)
    after(() => disk?.unmount())
    // Either way to run Redis has its turn: one server that each replica has a line of its own to, or two behind sentinels.
    const leftOut = new Set([...(disk ? [] : ['disk-full']), ...(seed % 2 === 0 ? [] : ['redis-failover'])])
    const faults = FAULTS.filter((fault) => !leftOut.has(fault))
    const plan = { seed, faults, kills: 3, users: 6, replicas: 3, signal: t.signal, onStep }
    const { violations, ...figures } = await runCluster({ ...plan, ...(disk ? { disk: disk.folder } : {}) })
    t.diagnostic(JSON.stringify(figures))
    const again = `npm run chaos -- --quick --no-planted --seed ${seed} --faults ${faults.join()}`
    assert.deepEqual(violations.slice(0, MOST_TOLD), [], again)
    assert.deepEqual(Object.keys(figures.faults).toSorted(), faults.toSorted())
    assert.ok(figures.acknowledged >= 20, 'members got through')
    assert.ok(figures.sideEffects >= 1, 'members placed orders')
    assert.ok(figures.mails >= 1, 'members let mails go')
    assert.ok(figures.cutOff >= 1, 'who read nothing was cut off')
    assert.ok(figures.cacheReads >= 100, 'the cache was read')
  },
)
