import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EvictionRule } from './cache-class.ts'
import { UNPLACED, type Evictable } from './evictable.ts'
import { createEviction, worthOf } from './eviction-by-cost.ts'

interface Thing extends Evictable<Thing> {
  readonly name: string
}

const thing = (name: string, worth = 100, bytes = 100): Thing => ({ name, worth, bytes, ...UNPLACED })
const RULES: readonly EvictionRule[] = ['sieve-by-cost', 'gdsf']

for (const rule of RULES) {
  test(`${rule}: whatever happens in whatever order, each entry leaves exactly once and none is lost`, () => {
    const anyStep = fc.record({
      what: fc.constantFrom('add', 'touch', 'remove', 'take'),
      which: fc.nat(50),
      worth: fc.integer({ min: 1, max: 1_000_000 }),
      bytes: fc.integer({ min: 1, max: 100_000 }),
    })
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 300 }), (steps) => {
        const eviction = createEviction<Thing>(rule)
        const inside = new Set<Thing>()
        for (const { what, which, worth, bytes } of steps) {
          const chosen = [...inside][which % Math.max(1, inside.size)]
          if (what === 'add') {
            const added = thing('any', worth, bytes)
            eviction.add(added)
            inside.add(added)
          } else if (what === 'take') {
            const taken = eviction.takeNext()
            assert.equal(taken === undefined, inside.size === 0)
            if (taken) assert.ok(inside.delete(taken))
          } else if (chosen && what === 'touch') eviction.touch(chosen)
          else if (chosen) {
            eviction.remove(chosen)
            inside.delete(chosen)
          }
        }
        for (let left = inside.size; left > 0; left -= 1) {
          const taken = eviction.takeNext()
          assert.ok(taken && inside.delete(taken))
        }
        assert.equal(eviction.takeNext(), undefined)
      }),
    )
  })
}

test('SIEVE: of equals the oldest that nobody used leaves first', () => {
  const eviction = createEviction<Thing>('sieve-by-cost')
  const [a, b, c] = [thing('a'), thing('b'), thing('c')]
  for (const one of [a, b, c]) eviction.add(one)
  eviction.touch(a)
  assert.deepEqual([eviction.takeNext()?.name, eviction.takeNext()?.name, eviction.takeNext()?.name], ['b', 'c', 'a'])
})

test('SIEVE: what is worth far more per byte than the rest outstays the cheap, and a use of it counts more', () => {
  const eviction = createEviction<Thing>('sieve-by-cost')
  for (let count = 0; count < 100; count += 1) eviction.add(thing('cheap', 10, 1000))
  const dear = thing('dear', 10_000, 1000)
  const middling = thing('middling', 40, 1000)
  eviction.add(dear)
  eviction.add(middling)
  assert.deepEqual([dear.credit, dear.growth], [2, 4])
  assert.deepEqual([middling.credit, middling.growth], [1, 2])
  eviction.touch(dear)
  eviction.touch(dear)
  assert.equal(dear.credit, 7)
  const left: string[] = []
  for (let count = 0; count < 102; count += 1) left.push(eviction.takeNext()?.name ?? '')
  assert.deepEqual(left.slice(-2), ['middling', 'dear'])
})

test('GDSF: whatever was taken out from between, the rest leaves in order', () => {
  const eviction = createEviction<Thing>('gdsf')
  const things = [1, 100, 2, 101, 102, 50, 4].map((worth) => thing(`${worth}`, worth, 1))
  for (const one of things) eviction.add(one)
  // The last of the heap comes to stand below what is worth more than it.
  for (const one of things.filter(({ name }) => name === '101')) eviction.remove(one)
  assert.deepEqual(
    things.slice(1).map(() => eviction.takeNext()?.name),
    ['1', '2', '4', '50', '100', '102'],
  )
})

test('GDSF: leaves by worth per byte times uses, and what once was dear ages', () => {
  const eviction = createEviction<Thing>('gdsf')
  const small = thing('small', 100, 10)
  const large = thing('large', 100, 1000)
  const used = thing('used', 100, 1000)
  for (const one of [small, large, used]) eviction.add(one)
  eviction.touch(used)
  assert.equal(eviction.takeNext()?.name, 'large')
  // 0.1 has left and is the floor now: the newcomer stands above what was used twice long ago.
  eviction.add(thing('newcomer', 150, 1000))
  assert.deepEqual([eviction.takeNext()?.name, eviction.takeNext()?.name], ['used', 'newcomer'])
})

test('under the same room, weighing by worth saves more money than plain SIEVE would, and GDSF more still', () => {
  const saved = (rule: EvictionRule, isBlind: boolean): number => {
    const eviction = createEviction<Thing>(rule)
    const kept = new Map<string, Thing>()
    let state = 7
    const random = (): number => (state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296) / 4_294_967_296
    let micros = 0
    for (let count = 0; count < 60_000; count += 1) {
      const isDear = random() < 0.2
      const name = `${isDear ? 'dear' : 'cheap'} ${Math.floor(random() ** 3 * 4000)}`
      const cost = isDear ? 6000 : 30
      const known = kept.get(name)
      if (known) {
        micros += cost
        eviction.touch(known)
        continue
      }
      if (kept.size >= 400) kept.delete(eviction.takeNext()?.name ?? '')
      const added = thing(name, isBlind ? 1 : cost, 1000)
      kept.set(name, added)
      eviction.add(added)
    }
    return micros
  }
  const plain = saved('sieve-by-cost', true)
  const weighed = saved('sieve-by-cost', false)
  assert.ok(weighed > 1.2 * plain, `${weighed} against ${plain}`)
  assert.ok(saved('gdsf', false) > weighed)
})

test('worth is money and waiting together, and never nothing', () => {
  assert.equal(worthOf({ costMicros: 50, makingMs: 20 }), 70)
  assert.ok(worthOf({ costMicros: 0, makingMs: 0 }) > 0)
})
