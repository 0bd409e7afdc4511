import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freeManagers } from './team-managers.ts'

test('a new team may take any manager that reps name and no other team has', () => {
  const reps = [{ manager: 'Mia' }, { manager: null }, { manager: 'Ada' }, { manager: 'Mia' }, { manager: 'Zed' }]
  assert.deepEqual(freeManagers(reps, [{ manager: 'Zed' }, { manager: null }]), ['Ada', 'Mia'])
  assert.deepEqual(freeManagers([], []), [])
})
