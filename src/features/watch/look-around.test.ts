import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWatchHouse } from '../../../test/support/watch-house.ts'

test('what each class of the cache answered and made counts for the promise of that class alone, from the first look on', async () => {
  const kept = new Map<string, { hits: number; misses: number }>([
    ['api-response', { hits: 500, misses: 100 }],
    ['skill-result', { hits: 0, misses: 0 }],
  ])
  const { first, rounds } = await openWatchHouse({
    change: () => ({ keptOf: (name) => ({ ...(kept.get(name) ?? assert.fail(name)) }) }),
  })
  await rounds(1)
  kept.set('api-response', { hits: 1480, misses: 120 })
  kept.set('skill-result', { hits: 40, misses: 60 })
  await rounds(2)
  const { objectives } = await first.watch.readObjectives(1)
  const counted = (id: string) => {
    const { good, bad } = objectives.find((one) => one.id === id) ?? assert.fail(id)
    return [good, bad]
  }
  assert.deepEqual(counted('cache-api-response'), [980, 20])
  assert.deepEqual(counted('cache-skill-result'), [40, 60])
})
