import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { extract } from 'tar-stream'
import { createLog, type Log } from '#platform/log/log.ts'

/**
 * Secrets that the tests of this process made, and all places where none of them may turn up. Every house that a test opens
 * looks by itself; the whole run counts at its end what was looked at.
 */

/** Each with what it is for. */
const canaries = new Map<string, string>()
/** A shorter word would be met by chance. */
const SHORTEST = 16
const looked = { logLines: 0, metrics: 0, refusals: 0, dumps: 0, traces: 0 }
const hits: string[] = []

/** Names a secret; from now on it may be met in no place that is looked at. */
export function plantCanary(name: string, secret: string): void {
  if (secret.length >= SHORTEST) canaries.set(secret, name)
}

/** What the operator keeps secret: whole settings, and what is secret in an address or among headers. */
export function plantSettings(settings: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (/(KEY|TOKEN|SECRET|PASSWORD)$/.test(name)) plantCanary(name, value)
    if (/(_URL|_WEBHOOK)$/.test(name)) for (const secret of secretsOfAddress(name, value)) plantCanary(name, secret)
    if (name.endsWith('_HEADERS'))
      for (const header of value.split(',')) plantCanary(name, header.slice(header.indexOf('=') + 1))
  }
}

/** A password as it is written and as it is meant; of a webhook its path is what lets anybody in. */
function secretsOfAddress(name: string, address: string): string[] {
  const { password = '', pathname = '' } = URL.parse(address) ?? {}
  return [password, decodeURIComponent(password), ...(name.endsWith('_WEBHOOK') ? [pathname] : [])]
}

/** Notes a secret that stands where it may not; answers whether none does. */
export function isFreeOfCanaries(where: string, text: string): boolean {
  const found = [...canaries].filter(([secret]) => text.includes(secret))
  for (const [, name] of found) hits.push(`${name} in ${where}`)
  return found.length === 0
}

/** The log of a house as it is written to a file, at its most talkative, looked at line by line and then forgotten. */
export function openCanaryLog(): Log {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      looked.logLines += 1
      isFreeOfCanaries('the log', String(chunk))
      done()
    },
  })
  return createLog({ level: 'debug', isForPeople: false, stream })
}

export function lookAtMetrics(text: string): void {
  looked.metrics += 1
  isFreeOfCanaries('metrics', text)
}

/** What became of answers step by step, as it is kept or was sent to a backend. */
export function lookAtTrace(where: string, text: string): void {
  looked.traces += 1
  isFreeOfCanaries(where, text)
}

/** All that a program said, at its end; throws what was met. */
export function lookAtWords(text: string): void {
  looked.logLines += text.split('\n').length
  isFreeOfCanaries('the words of a program', text)
  assertNoCanaries()
}

/** All backups of a home, unpacked. */
export async function lookAtDumps(home: string): Promise<void> {
  const folder = join(home, 'backups')
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((one) => one.endsWith('.tar'))) {
    looked.dumps += 1
    // One after the other, for the sake of memory.
    // oxlint-disable-next-line no-await-in-loop
    isFreeOfCanaries(`the backup ${name}`, await readTar(await readFile(join(folder, name))))
  }
}

/** Every part of a tar, unpacked. */
export async function readTar(bytes: Buffer): Promise<string> {
  const texts: string[] = []
  const unpack = extract()
  unpack.end(bytes)
  for await (const entry of unpack) {
    const chunks: Buffer[] = []
    // The library's streams are of buffers.
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk)
    const whole = Buffer.concat(chunks)
    texts.push(entry.header.name, (whole[0] === 0x1f && whole[1] === 0x8b ? gunzipSync(whole) : whole).toString())
  }
  return texts.join('\n')
}

/** For the test that plants one. */
export function forgetHits(): void {
  hits.length = 0
}

/** Throws when a secret was met anywhere. */
export function assertNoCanaries(): void {
  assert.deepEqual(hits, [], 'a secret turned up where none may')
}

/** Every HTTP door that is opened in this process has its refusals looked at, whoever opened it. */
channel('fastify.initialization').subscribe((message) => {
  // Fastify says in its documents what it tells here: the very server, before anything was added to it.
  const { fastify } = message as { readonly fastify: FastifyInstance }
  fastify.addHook('onSend', async (_request, reply, payload) => {
    if (reply.statusCode >= 400 && typeof payload === 'string') {
      looked.refusals += 1
      isFreeOfCanaries('a refusal', payload)
    }
    return payload
  })
})

/** For whoever adds up the whole run. */
process.on('exit', () => {
  const file = process.env['CANARY_REPORT']
  if (file !== undefined && looked.logLines + looked.refusals > 0)
    appendFileSync(file, `${JSON.stringify({ ...looked, hits, canaries: canaries.size })}\n`)
})
