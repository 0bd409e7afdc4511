import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { REQUIREMENTS } from './requirements.ts'
import { listFiles } from './support/repository-files.ts'

/** Names of the tests of a file, as they stand in its source. */
function testNames(file: string): Set<string> {
  const source = readFileSync(file, 'utf8')
  const found = source.matchAll(/\btest\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g)
  return new Set(
    [...found].map(([, single, double, template]) =>
      (single ?? double ?? template ?? '').replaceAll(/\\(['"`])/g, '$1'),
    ),
  )
}

test('every requirement is proven by tests that exist under that very name', () => {
  const broken = REQUIREMENTS.flatMap(({ id, provenBy }) => {
    if (provenBy.length === 0) return [`${id}: nothing proves it`]
    return provenBy.flatMap((proof) => {
      if (!existsSync(proof.file)) return [`${id}: there is no ${proof.file}`]
      return testNames(proof.file).has(proof.test) ? [] : [`${id}: ${proof.file} has no test "${proof.test}"`]
    })
  })
  assert.deepEqual(broken, [])
})

test('ids are given once, and every promise and every point of the first version has one', () => {
  const ids = REQUIREMENTS.map(({ id }) => id)
  assert.deepEqual(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
  )
  const wanted = [
    'A1',
    'A2',
    'A3',
    'A4',
    'A5',
    'A6',
    'A7',
    'A8',
    ...Array.from({ length: 13 }, (_, index) => String(index + 1)),
  ]
  assert.deepEqual(
    wanted.filter((promise) => !ids.some((id) => id.startsWith(`${promise}/`))),
    [],
  )
})

test('every promise in the README names requirements that exist, and all of its own', () => {
  const readme = readFileSync('README.md', 'utf8')
  const promises = [...readme.matchAll(/^- \*\*(A\d)\*\*([\s\S]*?)(?=^- |^#)/gm)]
  assert.equal(promises.length, 8)
  for (const [, promise = '', text = ''] of promises) {
    const named = [...text.matchAll(/`(A\d\/[\w-]+)`/g)].map(([, id = '']) => id)
    const own = REQUIREMENTS.map(({ id }) => id).filter((id) => id.startsWith(`${promise}/`))
    assert.deepEqual(named.toSorted(), own.toSorted())
  }
})

test('only the room of Redis talks to Redis', () => {
  const talking = listFiles(['src/**/*.ts'])
    .filter((file) => !file.endsWith('.test.ts') && !file.startsWith('src/platform/redis/'))
    .filter((file) => /from '(@redis\/|redis')/.test(readFileSync(file, 'utf8')))
  assert.deepEqual(talking, [])
})
