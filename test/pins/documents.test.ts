import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { createCliProgram, findCommandFault } from '../support/cli-program.ts'
import { listFiles } from '../support/repository-files.ts'

const Manifest = z.object({ scripts: z.record(z.string(), z.string()) })
const { scripts } = Manifest.parse(JSON.parse(readFileSync('package.json', 'utf8')))
const program = await createCliProgram()
const pages = globSync(['*.md', 'docs/**/*.md']).toSorted()

/** What npm itself knows, beside the scripts of this package. */
const NPM_OWN = ['ci', 'install', 'run', '--version']

interface Example {
  readonly page: string
  readonly text: string
}

/** Commands to type: the lines of shell blocks, and code in a sentence that begins like a command. */
function listExamples(page: string): Example[] {
  const source = readFileSync(page, 'utf8')
  const blocks = [...source.matchAll(/```(?:sh|bash|console)\n([\s\S]*?)```/g)].map(([, body = '']) => body)
  const lines = blocks.flatMap((body) => body.replaceAll('\\\n', ' ').split('\n'))
  const inline = [...source.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`((?:npm|npx sophia|sophia) [^`]+)`/g)].map(
    ([, code = '']) => code,
  )
  return [...lines, ...inline].map((text) => ({ page, text: text.trim() }))
}

/** Why an example cannot work, or nothing. */
function findFault(text: string): string | undefined {
  const command =
    text
      .replace(/^\$ /, '')
      .replace(/^(\w+=\S* )+/, '')
      .split(/ [|>#&] ?| \|\| | && /)[0] ?? ''
  const words = command.trim().split(/\s+/)
  if (words[0] === 'sophia') return findCommandFault(program, words.slice(1))
  if (words[0] === 'npx' && words[1] === 'sophia') return findCommandFault(program, words.slice(2))
  if (words[0] !== 'npm') return undefined
  const script = words[1] === 'run' ? words[2] : words[1]
  const isKnown =
    script !== undefined && (Object.hasOwn(scripts, script) || (words[1] !== 'run' && NPM_OWN.includes(script)))
  return isKnown ? undefined : `npm knows no ${script ?? 'such command'} here`
}

test('every command in the documents exists, with the options it is given', () => {
  const examples = pages.flatMap(listExamples)
  assert.ok(examples.filter(({ text }) => /sophia/.test(text)).length > 20)
  const faults = examples.flatMap(({ page, text }) => {
    const fault = findFault(text)
    return fault === undefined ? [] : [`${page}: ${text}: ${fault}`]
  })
  assert.deepEqual(faults, [])
})

test('the check of commands sees planted mistakes', () => {
  assert.equal(findFault('npx sophia backup create --json'), undefined)
  assert.match(findFault('npx sophia backup undo') ?? '', /needs one of/)
  assert.match(findFault('SOPHIA_PORT=0 npx sophia teleport') ?? '', /no command teleport/)
  assert.match(findFault('npx sophia keys list --loudly') ?? '', /no option --loudly/)
  assert.match(findFault('npm run fly') ?? '', /npm knows no fly/)
})

test('every script of the package runs files that are there', () => {
  const missing = Object.entries(scripts).flatMap(([name, script]) =>
    script
      .split(' ')
      .filter((word) => /\.(mjs|ts)$/.test(word) && !existsSync(word))
      .map((file) => `npm run ${name}: there is no ${file}`),
  )
  assert.deepEqual(missing, [])
})

test('every link within the documents leads to a file', () => {
  const broken = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  )
  assert.deepEqual(broken, [])
})

test('every page in docs/use and every decision is linked from another page', () => {
  const all = pages.map((page) => readFileSync(page, 'utf8')).join('\n')
  const orphans = globSync(['docs/use/*.md', 'docs/decisions/*.md']).filter(
    (page) => !all.includes(`${page.split('/').at(-1)})`),
  )
  assert.deepEqual(orphans, [])
})

/** The floors as ARCHITECTURE.md draws them, ground first. */
const FLOORS = [
  'domain',
  'contract',
  'platform',
  'features',
  'http',
  'cli',
  'worker',
  'wiring',
  'compose.ts',
  'main.ts',
]

test('ARCHITECTURE.md names every room that there is and none that is not, on one page', () => {
  const text = readFileSync('ARCHITECTURE.md', 'utf8')
  assert.ok(text.split('\n').length <= 90)
  const paths = listFiles(['src/**/*.ts', 'web/src/**/*.{ts,tsx}']).map((file) => file.split('/'))
  const rooms = new Set(
    paths.flatMap(([top, first = '', second = '']) => {
      if (top === 'web') return second.includes('.') ? [] : [second]
      const isFloorOfRooms = first === 'platform' || first === 'features'
      return [first, ...(isFloorOfRooms ? [second] : [])].filter((name) => !name.includes('.'))
    }),
  )
  assert.deepEqual(
    [...rooms].filter((room) => !text.includes(`${room}/`)),
    [],
  )
  assert.deepEqual(
    [...new Set(paths.flatMap(([top, first = '']) => (top === 'src' ? [first] : [])))].toSorted(),
    FLOORS.toSorted(),
  )
  const named = [...text.matchAll(/`(src\/[\w./-]+)`/g)].map(([, path = '']) => path)
  assert.deepEqual(
    named.filter((path) => !existsSync(path)),
    [],
  )
})
