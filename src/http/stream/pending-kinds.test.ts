import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pendingKinds } from './pending-kinds.ts'

test('a kind that is told often while nobody reads is read once, and listening ends with the signal', async () => {
  const over = new AbortController()
  let tell: (kind: string) => void = () => undefined
  let stopped = 0
  const kinds = pendingKinds<string>((told) => {
    tell = told
    return [() => void (stopped += 1), () => void (stopped += 1)]
  }, over.signal)
  const first = kinds.next()
  tell('alerts')
  assert.equal((await first).value, 'alerts')
  for (const kind of ['round', 'health', 'round', 'round']) tell(kind)
  assert.deepEqual([(await kinds.next()).value, (await kinds.next()).value], ['round', 'health'])
  const last = kinds.next()
  over.abort()
  assert.equal((await last).done, true)
  assert.equal(stopped, 2)
})
