import assert from 'node:assert/strict'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { after, test } from 'node:test'
import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'
import { withCorrelation } from '#platform/log/correlation.ts'
import { createLog } from '#platform/log/log.ts'
import { assertEcs } from '../support/ecs-fields.ts'
import { openLoopback } from '../support/mcp/loopback.ts'
import { makeHome, startSophia } from '../support/sophia-process.ts'
import { startSyslogNg } from '../support/syslog-ng.ts'
import { until } from '../support/until.ts'

const folder = await mkdtemp(join(tmpdir(), 'sophia-pipeline-'))
after(() => rm(folder, { recursive: true, force: true }))

/** A body of Elasticsearch's bulk interface for a data stream: what to do, and the document, a line each. */
const BulkAction = z.strictObject({ create: z.strictObject({ _index: z.literal('logs-sophia-default') }) })
/** A body of Loki's push interface, with structured metadata. */
const Push = z.strictObject({
  streams: z.array(
    z.strictObject({
      stream: z.strictObject({
        service_name: z.literal('sophia'),
        level: z.enum(['debug', 'info', 'warn', 'error', 'fatal']),
      }),
      values: z.array(
        z.tuple([z.string().regex(/^\d{19}$/), z.string(), z.strictObject({ trace_id: z.string().min(1).optional() })]),
      ),
    }),
  ),
})
type Taken = {
  readonly line: string
  readonly level: string
  readonly atMs: number
  readonly traceId: string | undefined
}

/** Both backends, as far as a log is sent to them: each body is held to the published form. Away until told otherwise. */
async function openBackends() {
  const documents: string[] = []
  const pushed: Taken[] = []
  let isAway = true
  let refused = 0
  const take = (path: string | undefined, body: string): void => {
    if (path === '/_bulk') {
      const lines = body.trimEnd().split('\n')
      assert.ok(body.endsWith('\n') && lines.length % 2 === 0)
      for (const [at, line] of lines.entries())
        if (at % 2 === 0) BulkAction.parse(JSON.parse(line))
        else documents.push(line)
    } else {
      assert.equal(path, '/loki/api/v1/push')
      for (const { stream, values } of Push.parse(JSON.parse(body)).streams)
        for (const [at, line, { trace_id: traceId }] of values)
          pushed.push({ line, level: stream.level, atMs: Number(at.slice(0, 13)), traceId })
    }
  }
  const faults: unknown[] = []
  const { port } = await openLoopback(() =>
    createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        if (isAway) refused += 1
        else
          try {
            take(request.url, Buffer.concat(chunks).toString())
          } catch (error) {
            faults.push(error)
          }
        response.writeHead(isAway ? 503 : 200, { 'content-type': 'application/json' }).end('{"errors":false}')
      })
    }),
  )
  const come = (): void => void (isAway = false)
  return { url: `http://127.0.0.1:${port}`, documents, pushed, faults, come, refused: () => refused }
}

/** What a real Sophia says between her start and her end. */
async function realLines(): Promise<string[]> {
  const sophia = startSophia(['up'], { SOPHIA_HOME: await makeHome(), SOPHIA_LOG_LEVEL: 'debug' })
  const url = await sophia.address()
  await fetch(`${url}/api/deals?x="%20'\\`, { headers: { 'x-correlation-id': 'from-outside-1' } })
  sophia.kill('SIGTERM')
  const { err } = await sophia.ended
  return err.trimEnd().split('\n')
}

/** Lines of every odd kind, as her log writes them. */
function oddLines(): string[] {
  const lines: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk).trimEnd())
      done()
    },
  })
  const log = createLog({ level: 'info', isForPeople: false, stream })
  withCorrelation({ correlationId: createId(), turnId: createId() }, () => {
    log.warn({ words: `"it's" \\ \n\t\u0007 ${'\u{1F600}'} %s $(x) \${HOST} \`id\``, count: 3 }, 'signs of every kind')
    log.error({ error: new Error('outer', { cause: new TypeError('in "quotes"\nof two lines') }) }, 'it failed')
    log.warn({ text: 'x'.repeat(20_000) }, 'a long one')
    log.fatal('the end')
  })
  return lines
}

test('syslog-ng with the files that ship brings every line to Elasticsearch and to Loki once, also what was written while they were away', async () => {
  const backends = await openBackends()
  const file = join(folder, 'sophia.log')
  const broken = 'Fatal "JavaScript" heap \\ out of memory\t...'
  const lines = [...(await realLines()), ...oddLines()]
  assert.ok(lines.length > 8, lines.join('\n'))
  await writeFile(file, `${lines.join('\n')}\n`)
  const pipeline = await startSyslogNg({ file, url: backends.url })
  await until(() => backends.refused() >= 2, 'both are asked', 30_000)
  await appendFile(file, `${broken}\n`)
  backends.come()
  const count = lines.length + 1
  const isAllThere = (): boolean => backends.documents.length >= count && backends.pushed.length >= count
  await until(() => isAllThere() || backends.faults.length > 0, 'all lines come', 60_000)
  await pipeline.stop()
  assert.deepEqual(backends.faults, [])
  for (const taken of [backends.documents, backends.pushed.map(({ line }) => line)]) {
    assert.deepEqual(taken.slice(0, -1).toSorted(), lines.toSorted())
    const last = assertEcs(taken.at(-1) ?? '')
    assert.deepEqual([last['message'], last['event.kind'], last['log.level']], [broken, 'pipeline_error', 'error'])
  }
  for (const { line, level, atMs, traceId } of backends.pushed.slice(0, -1)) {
    const fields = assertEcs(line)
    assert.deepEqual([level, traceId], [fields['log.level'], fields['trace.id']])
    assert.equal(atMs, Date.parse(String(fields['@timestamp'])))
  }
  assert.ok(backends.pushed.some(({ traceId }) => traceId === 'from-outside-1'))
})
