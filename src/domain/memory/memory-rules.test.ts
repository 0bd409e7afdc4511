import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays } from '../day.ts'
import { consolidate } from './consolidate.ts'
import { cosine, embedHashed } from './embed-hashed.ts'
import { fitSlot, type KnownMemory, type ResolvedCandidate } from './memory.ts'
import { periodOf } from './question-time.ts'
import { planRecall, rankMemories, type RecallCandidate } from './recall.ts'
import { reconcile } from './reconcile.ts'
import { halfLifeDays, listEvictions, reinforcedStrength, strengthOn } from './strength.ts'
import { createTermCounts } from './term-counts.ts'

const DAY = '2026-03-11'
const CLIENT = { kind: 'client', id: 'c1' } as const

function candidate(text: string, more: Partial<ResolvedCandidate> = {}): ResolvedCandidate {
  const source = { seq: 1, quote: text }
  return {
    kind: 'fact',
    subject: CLIENT,
    slot: null,
    slotValue: null,
    text,
    trust: 'stated',
    onDay: DAY,
    expiresOn: null,
    strength: 0.8,
    isSensitive: false,
    source,
    ...more,
  }
}

function known(id: string, text: string, more: Partial<KnownMemory> = {}): KnownMemory {
  return {
    id,
    kind: 'fact',
    subject: CLIENT,
    slot: null,
    slotValue: null,
    text,
    onDay: '2026-01-05',
    strength: 0.5,
    isPinned: false,
    embedding: embedHashed(text),
    ...more,
  }
}

function decide(wanted: ResolvedCandidate, memories: readonly KnownMemory[]) {
  return reconcile({ candidate: wanted, embedding: embedHashed(wanted.text), known: memories })
}

const fading = fc.record({
  kind: fc.constantFrom('fact' as const, 'episode' as const, 'procedure' as const),
  strength: fc.double({ min: 0, max: 1, noNaN: true }),
  isPinned: fc.boolean(),
})

test('strength never grows by waiting, pinned stays, and a use never passes full strength', () => {
  fc.assert(
    fc.property(fading, fc.nat(2000), fc.nat(2000), (memory, first, more) => {
      const whole = { ...memory, strengthOn: DAY }
      const early = strengthOn(whole, addDays(DAY, first))
      const late = strengthOn(whole, addDays(DAY, first + more))
      assert.ok(late <= early && late >= 0 && early <= memory.strength)
      if (memory.isPinned) assert.equal(late, memory.strength)
      const used = reinforcedStrength(whole, addDays(DAY, first))
      assert.ok(used >= early && used <= 1)
    }),
  )
})

test('a fact of strength one half is worth a quarter after its half-life of 180 days', () => {
  assert.equal(halfLifeDays('fact', 0.5), 180)
  assert.equal(strengthOn({ kind: 'fact', strength: 0.5, strengthOn: DAY, isPinned: false }, addDays(DAY, 180)), 0.25)
})

test('the expired go first, then the weakest; pinned ones never', () => {
  const memory = (id: string, strength: number, more = {}) => ({
    id,
    kind: 'fact' as const,
    strength,
    strengthOn: DAY,
    isPinned: false,
    expiresOn: null,
    ...more,
  })
  const all = [
    memory('a', 0.9),
    memory('b', 0.2),
    memory('c', 0.1, { isPinned: true }),
    memory('d', 1, { expiresOn: '2026-03-01' }),
  ]
  assert.deepEqual(listEvictions(all, 2, DAY), ['d', 'b'])
  assert.deepEqual(listEvictions(all, 0, DAY), ['d', 'b', 'a'])
})

test('a newer value of a slot supersedes, the same reinforces, an older one is ignored', () => {
  const old = known('m1', 'Their budget is $40k.', { slot: 'budget', slotValue: '$40k' })
  const newer = candidate('Their budget is $70k.', { slot: 'budget', slotValue: '$70k' })
  assert.deepEqual(decide(newer, [old]), { kind: 'supersede', memoryIds: ['m1'], reason: 'a newer value of budget' })
  assert.equal(decide(candidate('Budget: $40k.', { slot: 'budget', slotValue: '$40K' }), [old]).kind, 'ignore')
  const older = decide({ ...newer, onDay: '2025-12-01' }, [old])
  assert.deepEqual([older.kind, 'reinforces' in older && older.reinforces], ['ignore', false])
  assert.equal(decide({ ...newer, subject: { kind: 'client', id: 'c2' } }, [old]).kind, 'add')
})

test('without a slot, another number or a denial contradicts; two differences are two matters', () => {
  const old = known('m1', 'Harbor Homes manages 1200 apartments.')
  assert.equal(decide(candidate('Harbor Homes manages 3400 apartments.'), [old]).kind, 'supersede')
  assert.equal(decide(candidate('We know that Oak Rentals manages 3400 apartments.'), [old]).kind, 'add')
  assert.equal(decide(candidate('Harbor Homes does not manage 1200 apartments.'), [old]).kind, 'supersede')
  assert.equal(decide(candidate('Harbor Homes manages 1200 apartments in two cities.'), [old]).kind, 'update')
})

test('without a subject, another name is never a contradiction', () => {
  const old = known('m1', 'The office in Denver belongs to Oak.', { subject: null })
  assert.equal(decide(candidate('The office in Denver belongs to Elm.', { subject: null }), [old]).kind, 'add')
})

test('what was just added is known: asking again gives ignore', () => {
  const words = fc.array(
    fc.constantFrom('budget', 'Dana', 'Yardi', '1200', 'not', 'office', 'Denver', 'contract', 'the', 'is'),
    { minLength: 2, maxLength: 8 },
  )
  fc.assert(
    fc.property(words, fc.option(fc.constantFrom('a', 'b')), (said, value) => {
      const slot = value === null ? null : ('budget' as const)
      const wanted = candidate(`Report on ${said.join(' ')}.`, { slot, slotValue: value })
      const memory = known('m1', wanted.text, { slot, slotValue: value, onDay: DAY })
      assert.equal(decide(wanted, [memory]).kind, 'ignore')
    }),
  )
})

test('duplicates merge into the strongest, old faded episodes into one, in whatever order they come', () => {
  const twins = [
    known('a', 'The office is in Denver.', { strength: 0.25 }),
    known('b', 'The office is in Denver!', { strength: 0.5 }),
  ]
  const episodes = ['Met Dana about audits.', 'Dana asked for audits again.', 'The audit demo went well.'].map(
    (text, place) => known(`e${place}`, text, { kind: 'episode', onDay: `2025-10-0${place + 1}`, strength: 0.1 }),
  )
  const all = [...twins, ...episodes]
  const [merge, summary] = consolidate(all, DAY)
  assert.deepEqual(merge, { kind: 'merge', keepId: 'b', mergedIds: ['a'], strength: 0.5625 })
  assert.ok(summary?.kind === 'summarise')
  assert.deepEqual([summary.memoryIds, summary.onDay], [['e0', 'e1', 'e2'], '2025-10-03'])
  assert.deepEqual(consolidate(all.toReversed(), DAY), [merge, summary])
  assert.deepEqual(consolidate([], DAY), [])
})

test('the embedding is a unit vector, the same each time, nearer for the same words in other forms', () => {
  const [one, two, other] = [
    'She prefers short answers',
    'I preferred a short answer',
    'The parking rules changed',
  ].map(embedHashed)
  assert.ok(one && two && other)
  assert.ok(Math.abs(cosine(one, one) - 1) < 1e-5)
  assert.deepEqual(embedHashed('She prefers short answers'), one)
  assert.ok(cosine(one, two) > 0.8 && cosine(one, other) < 0.3)
  assert.ok(embedHashed('?!').every((value) => value === 0))
})

test('questions about a time are read as days', () => {
  assert.deepEqual(periodOf('What did we say in January?', DAY), { from: '2026-01-01', to: '2026-01-31' })
  assert.deepEqual(periodOf('and in November?', DAY), { from: '2025-11-01', to: '2025-11-30' })
  assert.deepEqual(periodOf('What happened last week?', DAY), { from: '2026-03-02', to: '2026-03-08' })
  assert.deepEqual(periodOf('Who called yesterday?', DAY), { from: '2026-03-10', to: '2026-03-10' })
  const events = [{ name: 'renewal', day: '2026-02-01' }]
  assert.deepEqual(periodOf('What was agreed before the renewal?', DAY, events), {
    from: '1970-01-01',
    to: '2026-01-31',
  })
  assert.equal(periodOf('Who is the champion?', DAY), null)
})

function found(id: string, text: string, more: Partial<RecallCandidate> = {}): RecallCandidate {
  return {
    id,
    kind: 'fact',
    status: 'active',
    text,
    subject: null,
    onDay: '2026-01-05',
    expiresOn: null,
    strength: 0.5,
    useCount: 0,
    isPinned: false,
    similarity: 0,
    thread: null,
    position: null,
    ...more,
  }
}

function recallIds(
  text: string,
  candidates: readonly RecallCandidate[],
  limits = { tokenBudget: 1000, count: 50 },
): string[] {
  const counts = createTermCounts()
  for (const one of candidates) counts.add(one.text)
  const plan = planRecall({ text, today: DAY, subjects: [CLIENT] }, counts)
  return rankMemories({ plan, candidates, counts, limits }).map(({ id }) => id)
}

test('a replaced value never answers about the present, only about its own time; an expired one never', () => {
  const now = found('now', 'The budget is 70k.', { onDay: '2026-03-01' })
  const old = found('old', 'The budget is 40k.', { onDay: '2026-01-05', status: 'superseded' })
  const over = found('over', 'The budget talk is tomorrow.', { expiresOn: '2026-03-10' })
  assert.deepEqual(recallIds('What is the budget?', [old, now, over]), ['now'])
  assert.equal(recallIds('What was the budget in January?', [old, now])[0], 'old')
})

test('the record in question, what was said beside a hit, and the asked time each move a memory up', () => {
  const two = [found('a', 'Decision in spring.'), found('b', 'Decision in spring, they say.', { subject: CLIENT })]
  assert.equal(recallIds('When is the decision?', two)[0], 'b')
  const talk = [
    found('q', 'Where did the audit team move?', { thread: 't', position: 1 }),
    found('answer', 'Lisbon it is.', { thread: 't', position: 2 }),
    found('far', 'Porto is nice.', { thread: 't', position: 9 }),
  ]
  assert.deepEqual(recallIds('audit team move', talk), ['q', 'answer'])
})

test('the budget of tokens and the count are never exceeded, and more words in common never rank lower', () => {
  const text = fc
    .array(fc.constantFrom('budget', 'office', 'audit', 'lease', 'Dana', 'demo', 'march'), {
      minLength: 1,
      maxLength: 12,
    })
    .map((words) => words.join(' '))
  fc.assert(
    fc.property(fc.array(text, { maxLength: 15 }), fc.nat(60), fc.nat(6), (texts, tokenBudget, count) => {
      const candidates = texts.map((own, place) => found(`m${place}`, own))
      const counts = createTermCounts()
      for (const own of texts) counts.add(own)
      const plan = planRecall({ text: 'budget office audit', today: DAY, subjects: [] }, counts)
      const recalled = rankMemories({ plan, candidates, counts, limits: { tokenBudget, count } })
      assert.ok(recalled.reduce((sum, { tokens }) => sum + tokens, 0) <= tokenBudget)
      assert.ok(recalled.length <= count)
      assert.deepEqual(
        recalled,
        recalled.toSorted((a, b) => b.score - a.score),
      )
    }),
  )
  assert.deepEqual(recallIds('audit budget', [found('one', 'the audit plan'), found('both', 'the audit budget')]), [
    'both',
    'one',
  ])
})

test('full text is asked for few and rare words only', () => {
  const counts = createTermCounts()
  for (let n = 0; n < 5000; n += 1) counts.add(`budget of client${n % 900}`)
  const plan = planRecall({ text: 'What is the budget of client7?', today: DAY, subjects: [] }, counts)
  assert.ok(!plan.lookup.some(({ word }) => word === 'budget'))
  counts.remove('budget of client0')
  assert.equal(counts.size, 4999)
})

test('a slot is kept only where its subject knows it: who left is a contact of a client', () => {
  assert.equal(fitSlot('champion_left', CLIENT), 'contact_left')
  assert.equal(fitSlot('champion_left', { kind: 'deal', id: 'd1' }), 'champion_left')
  assert.equal(fitSlot('timeline', CLIENT), null)
  assert.equal(fitSlot('goal', null), null)
})
