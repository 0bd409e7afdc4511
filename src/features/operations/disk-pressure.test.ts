import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDiskPressure } from './disk-pressure.ts'

function openDisk(holdsDatabase = true) {
  let freeBytes = 500
  const told: [boolean, string][] = []
  const disk = createDiskPressure({
    readSpace: async () =>
      freeBytes < 0 ? Promise.reject(new Error('no such disk')) : { freeBytes, totalBytes: 1000 },
    holdsDatabase,
    onChange: (isReadOnly, detail) => told.push([isReadOnly, detail]),
  })
  return { disk, told, leave: (bytes: number) => (freeBytes = bytes) }
}

test('nothing new is stored from below 5 % on, and again from 8 %, without anybody’s help; each is told once', async () => {
  const { disk, told, leave } = openDisk()
  const seen: unknown[] = []
  for (const bytes of [500, 50, 49, 10, 79, 80, 81]) {
    leave(bytes)
    const { state } = await disk.look()
    seen.push([bytes, state, disk.isReadOnly()])
  }
  assert.deepEqual(seen, [
    [500, 'ok', false],
    [50, 'ok', false],
    [49, 'degraded', true],
    [10, 'degraded', true],
    [79, 'degraded', true],
    [80, 'ok', false],
    [81, 'ok', false],
  ])
  assert.deepEqual(told, [
    [true, '4.9 % free'],
    [false, '8 % free'],
  ])
})

test('a disk that fills and empties around the bound does not switch to and fro', async () => {
  const { disk, told, leave } = openDisk()
  for (let at = 0; at < 100; at += 1) {
    leave(at % 2 === 0 ? 49 : 55)
    await disk.look()
  }
  assert.equal(told.length, 1)
})

test('who wants to store meanwhile is told why, until when, and what to do', async () => {
  const { disk, leave } = openDisk()
  await disk.lookForRoom()
  leave(40)
  await assert.rejects(disk.lookForRoom(), {
    code: 'STORAGE_FULL',
    retryAfterSeconds: 30,
    message: /nearly full.*until 8 % of it are free\. Reading goes on\. Free some space/,
  })
  assert.throws(disk.requireRoom, { code: 'STORAGE_FULL' })
  leave(90)
  await disk.lookForRoom()
})

test('a disk that cannot be looked at changes nothing', async () => {
  const { disk, leave } = openDisk()
  leave(40)
  await disk.look()
  leave(-1)
  await assert.rejects(disk.look())
  assert.equal(disk.isReadOnly(), true)
})

test('with the database elsewhere a full disk is told of and holds nothing up', async () => {
  const { disk, told, leave } = openDisk(false)
  leave(10)
  assert.deepEqual(await disk.look(), { state: 'degraded', detail: '1 % free' })
  await disk.lookForRoom()
  assert.deepEqual(told, [])
})
