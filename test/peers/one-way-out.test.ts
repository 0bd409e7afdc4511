import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { listFiles } from '../support/repository-files.ts'

// S18: nine products checked addresses in one place and called out in another. Here is one way out, and its own tests
// (platform/network/guarded-client.test.ts) hold 28 spellings of inside addresses, redirects and resolved names.

const THE_WAY_OUT = 'src/platform/network/guarded-client.ts'
const sources = listFiles(['src/**/*.ts']).filter((file) => !file.endsWith('.test.ts'))

/** What each of these files may take of a module that can open connections, and why. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  [THE_WAY_OUT]: ['node:dns', 'node:net', 'undici'],
  // The database, by the driver and the replication of its protocol; the operator's settings name it.
  'src/platform/postgres/embedded-postgres.ts': ['node:net'],
  // The operator's mail server, by its own protocol.
  'src/platform/mail/create-mailer.ts': ['nodemailer'],
  // A port is tried by listening on it.
  'src/http/open-http.ts': ['node:net'],
  'src/features/operations/doctor/look-at-machine.ts': ['node:net'],
  // Functions that only look at a text.
  'src/platform/network/address-guard.ts': ['node:net'],
  'src/http/check-host.ts': ['node:net'],
  // Whether this very server answers, by the second process, as anybody outside would ask.
  'src/worker/watchdog/probe-server.ts': ['node:http', 'node:https'],
  // The doctor shakes hands with what the settings name, and says nothing more to it.
  'src/platform/network/look-at-tls.ts': ['node:net', 'node:tls'],
  // The door itself, and how it is told of another certificate.
  'src/http/create-listener.ts': ['node:http', 'node:https'],
  'src/http/follow-certificate.ts': ['node:https'],
  'src/platform/tls/read-certificate.ts': ['node:tls'],
  // A drill's own programs and lines, on loopback.
  'src/platform/scratch/redis.ts': ['node:net'],
  'src/platform/scratch/model.ts': ['node:http'],
  'src/platform/scratch/line.ts': ['node:net'],
  // The words for a status.
  'src/http/refuse-connection.ts': ['node:http'],
  'src/http/socket/take-upgrade.ts': ['node:http'],
}
const OPENERS =
  /^(node:)?(http|https|http2|net|tls|dns|dns\/promises|dgram|inspector)$|^(undici|axios|got|node-fetch|ky|needle|superagent|nodemailer)$/

function importsOf(text: string): string[] {
  // A type takes nothing of the module at run time.
  return [
    ...text.matchAll(
      /^import (?!type )[^'"]*?from '([^']+)'|^import '([^']+)'|import\('([^']+)'\)|require\('([^']+)'\)/gm,
    ),
  ].flatMap((match) => match.slice(1).filter((name) => name !== undefined))
}

test('nothing but the guarded client can open an outbound connection', () => {
  assert.ok(sources.length > 100)
  for (const file of sources) {
    const found = importsOf(readFileSync(file, 'utf8')).filter((name) => OPENERS.test(name))
    const allowed = ALLOWED[file.replaceAll('\\', '/')] ?? []
    assert.deepEqual(
      found.filter((name) => !allowed.includes(name)),
      [],
      file,
    )
  }
})

/** Asks the copies that a drill has started, on loopback, as members would. */
const OF_DRILLS = 'src/platform/scratch/client.ts'

test("the runtime's own fetch, WebSocket and EventSource are not used on the server", () => {
  for (const file of sources.filter((name) => ![THE_WAY_OUT, OF_DRILLS].includes(name.replaceAll('\\', '/')))) {
    const text = readFileSync(file, 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*$/gm, '')
    assert.doesNotMatch(text, /(?<![.\w])fetch\(|globalThis\.fetch|new (WebSocket|EventSource|XMLHttpRequest)\(/, file)
  }
})

const SDKS = /^(openai|@anthropic-ai\/sdk)$/
const SDK_DOORS = [
  'src/platform/models/anthropic-provider.ts',
  'src/platform/models/ask-provider.ts',
  'src/platform/models/openai-client.ts',
]

test('the SDKs of model providers are given the guarded client wherever they are opened, so none takes its own', () => {
  const opened = sources.filter((file) => importsOf(readFileSync(file, 'utf8')).some((name) => SDKS.test(name)))
  assert.deepEqual(opened.map((file) => file.replaceAll('\\', '/')).toSorted(), SDK_DOORS)
  for (const file of opened) {
    assert.match(readFileSync(file, 'utf8'), /new (OpenAI|Anthropic)\(\{[^]*?\bfetch\b/, file)
  }
})

test('the SDK of the store of backups is opened in one place, with a handler that goes through the guarded client', () => {
  const opened = sources.filter((file) =>
    importsOf(readFileSync(file, 'utf8')).some((name) => /^@(aws-sdk|smithy)\//.test(name)),
  )
  assert.deepEqual(opened, ['src/platform/object-store/open-s3.ts'])
  assert.match(
    readFileSync('src/platform/object-store/open-s3.ts', 'utf8'),
    /guardRequests\(client\)[^]*new S3Client\(\{[^]*?requestHandler,/,
  )
})

test('no child process is started from what a person sends, and nothing is evaluated', () => {
  for (const file of sources) {
    const text = readFileSync(file, 'utf8')
    // MCP servers that run as child processes come from the operator's file alone; what people add has an address. What keeps her
    // running is asked by the command line, with words of ours.
    const mayStart =
      /^src\/(platform\/(postgres|process-table|home-lock|version|supervision|scratch|mcp-client\/stdio-transport)|features\/operations\/doctor\/look-at-machine|worker\/watchdog|cli)/.test(
        file.replaceAll('\\', '/'),
      )
    if (!mayStart) assert.doesNotMatch(text, /from 'node:(child_process|vm|worker_threads)'/, file)
    assert.doesNotMatch(text, /(?<![.\w])eval\(|new Function\(|from 'node:vm'/, file)
  }
})
