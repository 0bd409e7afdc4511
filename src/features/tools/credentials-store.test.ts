import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestDatabase } from '../../../test/support/database.ts'
import {
  endCredential,
  findCredential,
  leaseCredential,
  putCredential,
  releaseCredential,
  renewCredential,
  type CredentialLease,
} from './credentials-store.ts'

const { database } = await openTestDatabase()
const LIVE = Buffer.from('live')

/** A sign-in whose renewal one process was too slow with, so that another has the lease. */
async function openOvertaken(serverId: string) {
  const key = { serverId, memberId: null }
  await database.read((handle) => putCredential(handle, key, LIVE))
  const lease = (seconds: number): Promise<CredentialLease | null> =>
    database.read((handle) => leaseCredential(handle, key, { version: 1, seconds }))
  const [slow, next] = [await lease(-1), await lease(60)]
  assert.ok(slow && next)
  return { key, slow, next, lease }
}

test('whoever was too slow with a renewal does not end the lease of another', async () => {
  const { key, slow, next, lease } = await openOvertaken('released')
  await database.read((handle) => releaseCredential(handle, key, slow))
  assert.equal(await lease(60), null, 'it is still held')
  await database.read((handle) => releaseCredential(handle, key, next))
  assert.ok(await lease(60))
})

test('a refusal that comes after the lease ends no sign-in that another renews; what was given counts however late', async () => {
  const { key, slow, next } = await openOvertaken('refused')
  assert.equal(await database.read((handle) => endCredential(handle, key, slow)), false)
  assert.deepEqual((await database.read((handle) => findCredential(handle, key)))?.sealed, LIVE)
  const sealed = Buffer.from('renewed')
  assert.equal(await database.read((handle) => renewCredential(handle, key, { version: 1, sealed })), true)
  assert.equal(await database.read((handle) => endCredential(handle, key, next)), false, 'it is another version')
  assert.deepEqual((await database.read((handle) => findCredential(handle, key)))?.sealed, sealed)
})

test('a refusal within the lease ends the sign-in', async () => {
  const { key, next } = await openOvertaken('ended')
  assert.equal(await database.read((handle) => endCredential(handle, key, next)), true)
  assert.equal((await database.read((handle) => findCredential(handle, key)))?.sealed, null)
})
