import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { parseSync } from 'oxc-parser'

/** The floors of the house, ground first. A file imports from its own room or from a lower floor, never up, never sideways. */
const FLOORS = [
  ['src/domain', 'src/contract'],
  ['src/platform'],
  ['src/features/*'],
  ['src/http', 'src/worker', 'src/cli'],
  ['src/wiring'],
  ['src/compose.ts'],
  ['src/main.ts'],
]
/** Rooms that stand beside the house, with the only rooms each may enter. */
const NEIGHBOURS: Record<string, readonly string[]> = { 'web/src': ['src/contract'] }

const patterns = [...FLOORS.flat(), ...Object.keys(NEIGHBOURS)]
const files = globSync(['src/**/*.ts', 'web/src/**/*.{ts,tsx}'])

function findRoom(file: string): string | undefined {
  const pattern = patterns.find((known) => file === known || file.startsWith(`${known.replace('/*', '')}/`))
  return pattern?.endsWith('*') ? file.split('/').slice(0, 3).join('/') : pattern
}

function roomOf(file: string): string {
  const room = findRoom(file)
  assert.ok(room, `${file} lives in no known room`)
  return room
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) =>
    rooms.some((known) => known === room || (known.endsWith('*') && room.startsWith(known.slice(0, -1)))),
  )
}

function mayImport(from: string, to: string): boolean {
  return from === to || (NEIGHBOURS[from]?.includes(to) ?? (floorOf(to) >= 0 && floorOf(to) < floorOf(from)))
}

function specifiersOf(file: string): string[] {
  const source = readFileSync(file, 'utf8')
  const { module } = parseSync(file, source)
  return [
    ...module.staticImports.map((found) => found.moduleRequest.value),
    ...module.staticExports.flatMap((found) => found.entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
    ...module.dynamicImports.map((found) => source.slice(found.moduleRequest.start + 1, found.moduleRequest.end - 1)),
  ]
}

function importsOf(file: string): string[] {
  return specifiersOf(file).flatMap((specifier) => {
    if (specifier.startsWith('#')) return [`src/${specifier.slice(1)}`]
    return specifier.startsWith('.') ? [normalize(join(dirname(file), specifier))] : []
  })
}

/** Tests stand above the rooms they test: they may use test/support and whatever the room's needs are made of. */
const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file)

test('every import stays in its room or looks down a floor', () => {
  const climbing = files
    .filter((file) => !isTest(file))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => !mayImport(roomOf(file), roomOf(target)))
        .map((target) => `${file} imports ${target}`),
    )
  assert.deepEqual(climbing, [])
})

test('the check reads the real tree: every room has files and a planted breach is seen', () => {
  for (const floor of FLOORS.flat()) {
    assert.ok(
      files.some((file) => file.startsWith(floor.replace('/*', ''))),
      `no file in ${floor}`,
    )
  }
  assert.equal(mayImport('src/domain', 'src/platform'), false)
  assert.equal(mayImport('src/features/deals', 'src/features/clients'), false)
  assert.equal(mayImport('web/src', 'src/domain'), false)
})

test('the domain is pure: it imports nothing but itself', () => {
  const outside = files
    .filter((file) => file.startsWith('src/domain/') && !isTest(file))
    .flatMap((file) =>
      specifiersOf(file)
        .filter((specifier) => !/^(\.|#domain\/)/.test(specifier))
        .map((specifier) => `${file} imports ${specifier}`),
    )
  assert.deepEqual(outside, [])
})

test('the contract imports nothing but itself and zod', () => {
  const outside = files
    .filter((file) => file.startsWith('src/contract/') && !isTest(file))
    .flatMap((file) =>
      specifiersOf(file)
        .filter((specifier) => !/^(\.|#contract\/|zod$)/.test(specifier))
        .map((specifier) => `${file} imports ${specifier}`),
    )
  assert.deepEqual(outside, [])
})

test('SQL of the features stands in stores', () => {
  const strays = files
    .filter((file) => file.startsWith('src/features/') && !isTest(file) && !file.endsWith('-store.ts'))
    .filter((file) => /\bsql`/.test(readFileSync(file, 'utf8')))
  assert.deepEqual(strays, [])
})

test('outbound HTTP leaves through the platform only', () => {
  const strays = files
    .filter((file) => file.startsWith('src/') && !file.startsWith('src/platform/') && !isTest(file))
    .filter((file) => /\b(?<!\.)fetch\(/.test(readFileSync(file, 'utf8')))
  assert.deepEqual(strays, [])
})
