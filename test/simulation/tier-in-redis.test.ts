import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import pino from 'pino'
import { createSharedTier, type Address, type SharedTier } from '#platform/cache/shared-tier.ts'
import { systemClock } from '#platform/clock.ts'
import { openRedis, type RedisLink } from '#platform/redis/redis-link.ts'
import { openTestRedis, redisAddress } from '../support/redis.ts'
import { until } from '../support/until.ts'
import { createTierMachine, type TierMachine } from './tier-machine.ts'

const redis = await openTestRedis()
/** So long that no right runs out by itself: the test lets them run out when the machine does. */
const LEASE_MS = 3_600_000
const KEPT_MS = 3_600_000
/** Longer than a busy machine is away. */
const PATIENT_MS = 10_000

/** Small numbers, so that steps meet the same values, rights and tags again and again, and rights that are gone by then. */
const id = fc.constantFrom('one', 'two')
const tags = fc.subarray(['a', 'b', 'c'])
const someTags = fc.subarray(['a', 'b', 'c'], { minLength: 1 })
const pick = fc.nat(4)
const Step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('take' as const), id, tags }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('renew' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put' as const), pick, text: fc.string({ maxLength: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('expire' as const), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('outlive' as const), id }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), id, tags }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('versions' as const), tags: someTags }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('forget' as const), tags: someTags }) },
)
type Step = typeof Step extends fc.Arbitrary<infer Value> ? Value : never
type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>

interface Right {
  readonly id: string
  readonly token: string
}

/** The machine and Redis side by side, after the same steps. */
interface Both {
  readonly machine: TierMachine
  readonly tier: SharedTier
  readonly link: RedisLink
  /** Every right there was, most of them gone by and by. */
  readonly rights: Right[]
  /** What each said to the other processes, in order. */
  readonly heard: string[]
  readonly expected: string[]
  nowMs: number
}

let deployments = 0
/** One process, and another that only listens. */
async function openBoth(): Promise<Both> {
  deployments += 1
  const open = (): RedisLink => {
    const link = openRedis({
      address: redisAddress(redis.url),
      namespace: `model ${deployments}`,
      clock: systemClock,
      log: pino({ level: 'silent' }),
      deadlineMs: PATIENT_MS,
    })
    after(() => link.close())
    return link
  }
  const heard: string[] = []
  const [link, listener] = [open(), open()]
  listener.listen(`${listener.prefix}:cache`, (text) => heard.push(said(JSON.parse(text))))
  const needs = { clock: systemClock, onForgotten: () => undefined, onBack: () => undefined, note: () => undefined }
  const tier = createSharedTier({ redis: link, ...needs })
  await until(() => link.isUp() && listener.isUp(), 'both are connected')
  await listens(tier, heard)
  return { machine: createTierMachine(), tier, link, rights: [], heard, expected: [], nowMs: 1 }
}

/** Until what is said arrives. */
async function listens(tier: SharedTier, heard: string[]): Promise<void> {
  await until(async () => {
    await tier.invalidate(['test'])
    return heard.length > 0
  }, 'the other listens')
  await tier.invalidate(['last'])
  await until(() => heard.at(-1) === said({ tags: ['last'] }), 'the last of these was heard')
  heard.length = 0
}

function said({ woken, tags: forgotten }: { readonly woken?: string; readonly tags?: readonly string[] }): string {
  return woken === undefined ? `forget ${forgotten?.join()}` : `wake ${woken}`
}

async function walk(steps: readonly Step[]): Promise<void> {
  const both = await openBoth()
  for (const step of steps) {
    both.nowMs += 1
    // Each builds on the one before.
    // oxlint-disable-next-line no-await-in-loop
    await takeStep(both, step)
  }
  await until(() => both.heard.length >= both.expected.length, 'all was heard')
  assert.deepEqual(both.heard, both.expected)
  both.tier.close()
  await both.link.close()
}

async function takeStep(both: Both, step: Step): Promise<void> {
  const { machine, tier, nowMs, expected } = both
  switch (step.kind) {
    case 'take':
      return take(both, step)
    case 'renew':
    case 'put':
    case 'release':
      return useRight(both, step)
    case 'expire':
      return expire(both, step.id)
    case 'outlive':
      return outlive(both, step.id)
    case 'read':
      return assert.deepEqual(await readReal(tier, step), readMachine(machine, step, nowMs))
    case 'versions':
      return assert.deepEqual(await tier.readVersions(step.tags), step.tags.map(machine.versionOf))
    case 'forget':
      machine.forget(step.tags)
      expected.push(said({ tags: step.tags }))
      return tier.invalidate(step.tags)
  }
}

async function take({ machine, tier, rights, nowMs }: Both, address: StepOf<'take'>): Promise<void> {
  const { id: place, tags: names } = address
  const known = names.map(machine.versionOf)
  const found = await tier.take({ id: place, tags: names }, LEASE_MS)
  // What is given to a tag without a version is the choice of Redis; that it is given, and kept, is not.
  const given = new Map(names.map((name, index) => [name, found.versions[index] ?? '']))
  const token = found.token ?? 'no right'
  const { isTaken, versions } = machine.take(address, {
    token,
    leaseMs: LEASE_MS,
    nowMs,
    versionOf: (tag) => given.get(tag) ?? '',
  })
  assert.equal(found.token !== null, isTaken)
  assert.deepEqual(found.versions, versions)
  for (const [index, version] of found.versions.entries())
    if (known[index] === null) {
      assert.ok(version !== null && version.length > 5)
      assert.ok(!seenVersions.has(version), 'a version never comes again')
      seenVersions.add(version)
    }
  if (isTaken) rights.push({ id: place, token })
}

const seenVersions = new Set<string>()

async function useRight(both: Both, step: StepOf<'renew' | 'put' | 'release'>): Promise<void> {
  const { machine, tier, rights, nowMs, expected } = both
  const right = rights[step.pick % Math.max(1, rights.length)]
  if (!right) return
  const { id: place, token } = right
  if (step.kind === 'renew')
    return assert.equal(
      await tier.renew(place, { token, leaseMs: LEASE_MS }),
      machine.renew(place, { token, leaseMs: LEASE_MS, nowMs }),
    )
  const value = step.kind === 'put' ? { sealed: Buffer.from(step.text), keptMs: KEPT_MS } : undefined
  const { isDone, isAwaited } = machine.end(place, { token, nowMs, ...(value ? { value } : {}) })
  if (isAwaited) expected.push(said({ woken: place }))
  if (value) assert.equal(await tier.put(place, { token, ...value }), isDone)
  else await tier.release(place, token)
}

/** Lets a right run out, with the mark that somebody waits for it. */
async function expire({ machine, link, nowMs }: Both, place: string): Promise<void> {
  machine.runOut(place, nowMs)
  await redis.command('DEL', `${link.prefix}:l:=${place}`, `${link.prefix}:w:=${place}`)
}

/** Lets a value reach its end. */
async function outlive({ machine, link }: Both, place: string): Promise<void> {
  machine.outlive(place)
  await redis.command('DEL', `${link.prefix}:v:=${place}`)
}

interface Lying {
  readonly text: string | null
  readonly versions: readonly (string | null)[]
}

function readReal(tier: SharedTier, { id: place, tags: names }: Address): Promise<Lying> {
  return tier.read<Lying>(
    { id: place, tags: names },
    {
      found: (value, versions) => ({ text: value && value.bytes.toString('utf8', value.sealedAt), versions }),
      failed: (error) => assert.fail(String(error)),
    },
  )
}

function readMachine(machine: TierMachine, address: Address, nowMs: number): Lying {
  const { value, versions } = machine.read(address, nowMs)
  return { text: value && value.sealed.toString(), versions }
}

test('Redis takes every step of rights, values and tags as the machine of the simulation does', async () => {
  await fc.assert(fc.asyncProperty(fc.array(Step, { minLength: 40, maxLength: 80 }), walk), { numRuns: 15 })
})
