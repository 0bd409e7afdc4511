import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { z } from 'zod'
import { PageQuery } from '#contract/common.ts'
import { ClientQuery, DealBoardQuery, DealQuery } from '#contract/records.ts'
import type { Principal } from '#domain/permission.ts'
import type { CallPerson } from '#domain/question.ts'
import { createSampleCompany } from '#domain/sample/sample-company.ts'
import type { Skill } from '#domain/skill.ts'
import { insertSample } from '#features/imports/sample-store.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import { createEpochs } from '#platform/cache/data-epochs.ts'
import { keepResults } from '#platform/skills/keep-results.ts'
import { systemClock } from '#platform/clock.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createSkillRooms } from '../support/all-skills.ts'
import { openTestDatabase } from '../support/database.ts'
import { clockAt, principalSeeing } from '../support/records.ts'

const TODAY = '2026-11-22'
const read: string[] = []
const { database } = await openTestDatabase({ onQuery: (text) => void read.push(text) })
const { now } = clockAt(TODAY)
/** The day stands still; limits and lifetimes run on. */
const clock = { ...systemClock, now }
const rooms = createSkillRooms(database, clock)
const log = pino({ level: 'silent' })

const company = createSampleCompany({ today: TODAY })
await database.inTransaction((handle) => insertSample(handle, company, TODAY))
await rooms.deals.refreshStandings()
await rooms.clients.refreshStandings()
await rooms.calls.readCalls()

/** The kept skills as one process has them. */
function openProcess(isAt = clock) {
  const cache = createCache({ clock: isAt, log, random: () => 0.5 })
  const skills = keepResults(rooms.skills, { cache, epochs: createEpochs({ database }), clock: isAt })
  return async (principal: Principal, name: string, input: unknown): Promise<string | undefined> => {
    const skill = skills.find((candidate) => candidate.name === name)
    assert.ok(skill)
    let from: string | undefined
    const call = { principal, input, signal: new AbortController().signal }
    await skill.run({
      ...call,
      onOrigin: (origin, ageSeconds) => (from = ageSeconds === 0 ? origin : `${origin}; age=${ageSeconds}`),
    })
    return from
  }
}

const NAME = 'review-pipeline'

test('a result is kept for one member and sight, one input and one day', async () => {
  const run = openProcess()
  const member = principalSeeing()
  assert.equal(await run(member, NAME, {}), 'miss')
  assert.equal(await run(member, NAME, {}), 'l1')
  assert.equal(await run({ ...member, memberId: '00000000-0000-7000-8000-00000000beef' }, NAME, {}), 'miss', 'another')
  assert.equal(await run({ ...member, visible: { kind: 'reps', repIds: ['r1'] } }, NAME, {}), 'miss', 'another sight')
  assert.equal(await run({ ...member, role: 'viewer' }, NAME, {}), 'miss', 'another role')
  assert.equal(await run({ ...member, teamId: 'another' }, NAME, {}), 'miss', 'another team')
})

test('a result past its freshness says so while it is made anew, with its age', async () => {
  let passedMs = 0
  const later = {
    ...clock,
    now: () => new Date(now().getTime() + passedMs),
    monotonicMs: () => systemClock.monotonicMs() + passedMs,
  }
  const run = openProcess(later)
  const member = principalSeeing()
  assert.equal(await run(member, NAME, {}), 'miss')
  passedMs = 20 * 60_000
  assert.equal(await run(member, NAME, {}), 'stale; age=1200')
})

test('what one process changed is not answered from before by any other', async () => {
  const [one, two] = [openProcess(), openProcess()]
  for (const run of [one, two, one, two]) await run(principalSeeing(), NAME, {})
  assert.equal(await two(principalSeeing(), NAME, {}), 'l1')
  await database.read((handle) => handle.run(sql`update deals set name = name where false`))
  assert.equal(await one(principalSeeing(), NAME, {}), 'miss')
  assert.equal(await two(principalSeeing(), NAME, {}), 'miss')
})

test('every table that a kept skill, list or page reads moves an epoch', async () => {
  read.length = 0
  const principal = principalSeeing()
  const deal = (await rooms.deals.list(principal, DealQuery.parse({}))).items[0]?.id ?? ''
  const client = (await rooms.clients.list(principal, ClientQuery.parse({}))).items[0]?.id ?? ''
  const rep = (await rooms.deals.listReps(principal, PageQuery.parse({}))).items[0]?.id ?? ''
  for (const skill of rooms.skills.filter((one: Skill) => one.effect === 'read')) {
    // Which of these a skill takes is its own affair; what it refuses it does not read.
    for (const input of [{}, { deal }, { client }, { rep }, { deal, objection: 'too expensive' }])
      await Promise.resolve()
        .then(() => rooms.runSkill(principal, skill.name, input))
        .catch(() => undefined)
  }
  await rooms.home.get(principal)
  await rooms.deals.board(principal, DealBoardQuery.parse({}))
  await rooms.deals.get(principal, deal)
  await rooms.deals.risk(principal, deal)
  await rooms.deals.getRep(principal, rep)
  await rooms.deals.performance(principal, rep)
  await rooms.clients.get(principal, client)
  await rooms.clients.health(principal, client)
  const Name = z.object({ name: z.string() })
  const texts = read.join('\n')
  const tables = await database.read((handle) =>
    handle.rows(
      Name,
      sql`select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`,
    ),
  )
  const marked = await database.read((handle) =>
    handle.rows(Name, sql`select tgrelid::regclass::text as name from pg_trigger where tgname = 'mark_change'`),
  )
  const seen = tables
    .filter(({ name }) => new RegExp(`\\b(from|join)\\s+${name}\\b`).test(texts))
    .map(({ name }) => name)
  assert.ok(seen.includes('deals') && seen.includes('clients') && seen.length > 12, seen.join(' '))
  const isMarked = new Set(marked.map(({ name }) => name))
  assert.deepEqual(
    seen.filter((name) => !isMarked.has(name)),
    [],
  )
})

test('of what is asked in a conversation nothing is noted for later, nor of what was made ready', async () => {
  const noted: unknown[] = []
  const cache = createCache({ clock, log, random: () => 0.5 })
  const epochs = createEpochs({ database })
  const skills = keepResults(rooms.skills, { cache, epochs, clock, onAsked: ({ input }) => noted.push(input) })
  const skill = skills.find(({ name }) => name === NAME)
  const call = { principal: principalSeeing(), signal: new AbortController().signal }
  const person: CallPerson = { ask: () => Promise.reject(new Error('nobody')), onProgress: () => undefined }
  await skill?.run({ ...call, input: { focus: 'changes' }, person })
  await skill?.run({ ...call, input: { focus: 'coverage' }, isAhead: true })
  assert.deepEqual(noted, [])
  await skill?.run({ ...call, input: { focus: 'coverage' } })
  assert.deepEqual(noted, [{ focus: 'coverage' }])
})
