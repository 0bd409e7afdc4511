import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'

/**
 * The conformance suite of the protocol against the client that the hub uses, in both eras, each at its own wire. It starts
 * its servers itself, on loopback. What fails must stand in expected-failures.yaml with its reason, and nothing else may.
 */

const SUITE = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'))
const REVISIONS = ['2025-11-25', '2026-07-28']
const AT_ONCE = 3
const LIMIT_MS = 100_000

const Checks = z.array(
  z.object({ id: z.string(), status: z.string(), description: z.string(), errorMessage: z.string().optional() }),
)
const Required = z.object({ client: z.array(z.string()) })
const Expected = z.array(
  z.strictObject({
    scenario: z.string(),
    /** The checks that fail; all of the scenario when none is named. */
    checks: z.array(z.string()).optional(),
    revisions: z.array(z.enum(REVISIONS)).min(1),
    why: z.string().min(20),
  }),
)

/** How one scenario went: the ids of its checks, and of those that failed with what was said. */
interface Outcome {
  readonly checks: ReadonlySet<string>
  readonly failed: ReadonlyMap<string, string>
}

const folder = await mkdtemp(join(tmpdir(), 'sophia-conformance-'))
after(() => rm(folder, { recursive: true, force: true }))
const turns = await openTurns()
const expected = Expected.parse(parse(await readFile(join(import.meta.dirname, 'expected-failures.yaml'), 'utf8')))

/** Lets in so many programs at a time; each leaves by ending. */
async function openTurns(): Promise<number> {
  const waiting: Socket[] = []
  let inside = 0
  const admit = (): void => {
    while (inside < AT_ONCE && waiting.length > 0) {
      inside += 1
      waiting.shift()?.write('go')
    }
  }
  const door = createServer((socket) => {
    waiting.push(socket)
    socket.resume()
    // A program that ends at once breaks its connection, which is as good as closing it.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      inside -= 1
      admit()
    })
    admit()
  })
  await new Promise<void>((resolve) => void door.listen(0, '127.0.0.1', resolve))
  after(() => void door.close())
  // It listens on TCP, so the address has a port.
  return (door.address() as AddressInfo).port
}

async function runSuite(revision: string, signal: AbortSignal): Promise<ReadonlyMap<string, Outcome>> {
  const results = join(folder, revision)
  const loopbackOnly = new URL('./loopback-only.mjs', import.meta.url).href
  const command = [process.execPath, join(import.meta.dirname, 'client.ts')].map((word) => `'${word}'`).join(' ')
  const options = ['--requirements', revision, '--output-dir', results, '--timeout', String(LIMIT_MS)]
  const suite = spawn(process.execPath, ['--import', loopbackOnly, SUITE, 'client', '--command', command, ...options], {
    cwd: folder,
    stdio: 'ignore',
    signal,
    env: { ...process.env, SOPHIA_CONFORMANCE_TURNS: String(turns), NODE_NO_WARNINGS: '1' },
  })
  await once(suite, 'exit')
  const files = globSync('**/checks.json', { cwd: results })
  return new Map(
    await Promise.all(
      files.map(async (file): Promise<[string, Outcome]> => [
        file.replace(/-\d{4}-\d\d-\d\dT[^/\\]*[/\\]checks\.json$/, '').replaceAll('\\', '/'),
        await readOutcome(join(results, file)),
      ]),
    ),
  )
}

async function readOutcome(file: string): Promise<Outcome> {
  const checks = Checks.parse(JSON.parse(await readFile(file, 'utf8')))
  const failed = new Map(
    checks
      .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
      .map(({ id, errorMessage, description }) => [id, errorMessage ?? description]),
  )
  const [end, said] = await Promise.all(
    ['stdout.txt', 'stderr.txt'].map((name) => readFile(file.replace('checks.json', name), 'utf8')),
  )
  // The suite does not look at how the program ended unless it runs one scenario alone. The SDK writes there too.
  if (end?.trim().split('\n').at(-1) !== 'done') failed.set('program', said ?? '')
  return { checks: new Set([...checks.map(({ id }) => id), 'program']), failed }
}

/** What is not as the file says: failures nobody expected, and expected ones that pass. */
function compare(revision: string, outcomes: ReadonlyMap<string, Outcome>): string[] {
  const entries = expected.filter(({ revisions }) => revisions.includes(revision))
  const isExpected = (scenario: string, check: string): boolean =>
    entries.some((entry) => entry.scenario === scenario && (entry.checks?.includes(check) ?? true))
  const unexpected = [...outcomes].flatMap(([scenario, { failed }]) =>
    [...failed]
      .filter(([check]) => !isExpected(scenario, check))
      .map(([check, said]) => `${scenario}:${check} fails: ${said}`),
  )
  const stale = entries.flatMap(({ scenario, checks }) => {
    const failed = outcomes.get(scenario)?.failed
    const passing = checks?.filter((check) => failed?.has(check) !== true) ?? (failed?.size ? [] : ['all of it'])
    return passing.map((check) => `${scenario}:${check} passes; take it out of expected-failures.yaml`)
  })
  return [...unexpected, ...stale]
}

for (const revision of REVISIONS)
  test(`the client conforms to ${revision} but for what is written down`, { timeout: LIMIT_MS + 10_000 }, async (t) => {
    const outcomes = await runSuite(revision, t.signal)
    const required = join(SUITE, '../../requirements', `${revision}.yaml`)
    const { client } = Required.parse(parse(await readFile(required, 'utf8')))
    assert.deepEqual(
      client.filter((scenario) => !outcomes.has(scenario)),
      [],
      'scenarios that did not run',
    )
    assert.deepEqual(compare(revision, outcomes), [])
    const count = [...outcomes.values()].reduce((sum, { checks }) => sum + checks.size, 0)
    t.diagnostic(`${outcomes.size} scenarios, ${client.length} of them required, ${count} checks`)
  })
