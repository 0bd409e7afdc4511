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

/** What stands before the words of `sophia` where they run elsewhere: in a container, or in a pod. */
const ELSEWHERE = [
  /^docker.* exec (?:-\S+ )*sophia sophia /,
  /^docker.* run (?:-\S+ )*sophia(?::\S+)? /,
  /^kubectl .*\bexec .*-- sophia /,
]

/** Why the words after what stands before them cannot work, or nothing. */
function findFaultElsewhere(command: string): string | undefined {
  const before = ELSEWHERE.map((pattern) => pattern.exec(command)?.[0]).find((found) => found !== undefined)
  if (before === undefined) return 'it is not known what runs here'
  return findCommandFault(program, command.slice(before.length).split(/\s+/))
}

/** Why an example cannot work, or nothing. */
function findFault(text: string): string | undefined {
  const command =
    text
      .replace(/^\$ /, '')
      .replace(/^sudo (?:--preserve-env=[A-Z_,]+ )?(?!-)/, '')
      .replace(/^(\w+=\S* )+/, '')
      .split(/ [|>#&] ?| \|\| | && /)[0] ?? ''
  return findSophiaFault(command.trim()) ?? findNpmFault(command.trim().split(/\s+/))
}

function findSophiaFault(command: string): string | undefined {
  const words = command.replace(/^npx /, '').split(/\s+/)
  if (words[0] === 'sudo' && words.includes('sophia'))
    return 'sudo with another account has another home and no settings'
  if (/^(docker|kubectl)\b.* (exec|run) .*\bsophia\b/.test(command)) return findFaultElsewhere(command)
  return words[0] === 'sophia' ? findCommandFault(program, words.slice(1)) : undefined
}

function findNpmFault(words: readonly string[]): string | undefined {
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
  for (const before of [
    'docker compose -f compose.yaml exec -T sophia sophia',
    'docker compose -f compose.yaml run --rm --no-deps sophia',
    'docker run --rm sophia:0.1.0',
    'kubectl -n sophia exec deploy/sophia -- sophia',
    'sudo npx sophia service run --',
    'sudo --preserve-env=DATABASE_URL npx sophia service run --',
  ]) {
    assert.equal(findFault(`${before} backup list`), undefined, before)
    assert.match(findFault(`${before} backup undo`) ?? '', /needs one of/, before)
    assert.match(findFault(`${before} backup list --loudly`) ?? '', /no option --loudly/, before)
  }
  assert.match(findFault('docker compose exec edge sophia backup list') ?? '', /not known what runs/)
  assert.match(findFault('npx sophia service run --loudly -- backup list') ?? '', /no option --loudly/)
  assert.match(findFault('sudo -u sophia npx sophia backup list') ?? '', /another home/)
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
