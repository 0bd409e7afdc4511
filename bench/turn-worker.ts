import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { z } from 'zod'
import type { ChainChunk, ModelChain } from '#domain/model.ts'
import { createPlaybook } from '#domain/playbook/playbook.ts'
import { createAccess } from '#features/access/index.ts'
import { createBudgets, loadPrices } from '#features/budgets/index.ts'
import { createClients } from '#features/clients/index.ts'
import { createConversations } from '#features/conversations/index.ts'
import { createDeals } from '#features/deals/index.ts'
import { createImports } from '#features/imports/index.ts'
import { createPersonas } from '#features/personas/index.ts'
import { createAuthenticator } from '#http/authenticate.ts'
import { conversationRoutes } from '#http/routes/conversation-routes.ts'
import { createServer } from '#http/server.ts'
import { systemClock } from '#platform/clock.ts'
import { createModelChain } from '#platform/models/model-chain.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { createMetrics } from '#platform/telemetry/metrics.ts'
import { openOtlp } from '#platform/tracing/open-otlp.ts'
import { createTracing, NO_TRACING, type Tracing } from '#platform/tracing/tracing.ts'
import { SKILL_NAMES } from '../test/support/skill-names.ts'

/** The serving side of bench/turn.ts: real access, budgets, personas, skills, journal and HTTP; its CPU time is what is measured. */
const Order = z.object({
  connection: z.record(z.string(), z.unknown()),
  mode: z.enum(['playbook', 'stream50']),
  /** How many people ask: the limit of open questions is each one's own. */
  members: z.int(),
  /** What is recorded of where time goes, and whether it is sent somewhere. */
  tracing: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.enum(['none', 'kept']) }),
      z.object({ kind: z.literal('sent'), endpoint: z.string() }),
    ])
    .default({ kind: 'kept' }),
})
const CHUNKS = 50
const CHUNK_MS = 20
const STREAM_LABEL = 'playbook'

/** Fifty pieces at the pace of a hosted model, made without a network: what remains is the turn's own work. */
const streamChain: ModelChain = {
  label: STREAM_LABEL,
  async *stream(): AsyncGenerator<ChainChunk> {
    yield { type: 'started', provider: STREAM_LABEL, model: STREAM_LABEL }
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
      await delay(CHUNK_MS)
      yield { type: 'text-delta', text: `piece ${chunk} of the answer, ` }
    }
    yield { type: 'end', reason: 'stop', usage: { input: 0, cachedInput: 0, output: 0 } }
  },
}

function openTracing(order: z.infer<typeof Order>['tracing'], log: pino.Logger): Tracing {
  if (order.kind === 'none') return NO_TRACING
  if (order.kind !== 'sent') return createTracing({ clock: systemClock })
  const tracing = { endpoint: order.endpoint, headers: null, protocol: 'http/protobuf', share: 1 } as const
  const exports = openOtlp({ tracing, version: 'bench', replica: 'bench', log })
  return createTracing({ clock: systemClock, exports })
}

async function main(order: z.infer<typeof Order>): Promise<void> {
  const clock = systemClock
  const log = pino({ level: 'silent' })
  const database = openDatabase({ connection: order.connection, poolMax: 20 })
  const tracing = openTracing(order.tracing, log)
  const publicUrl = 'http://127.0.0.1'
  const access = createAccess({ database, clock, log, publicUrl })
  const imports = createImports({ database, clock, log })
  const principal = await access.localPrincipal()
  if (order.mode === 'playbook') await imports.loadSample(principal)
  const skills = [...createDeals({ database, clock }).skills, ...createClients({ database, clock }).skills]
  const personas = createPersonas({
    database,
    clock,
    log,
    folder: fileURLToPath(new URL('../personas', import.meta.url)),
    // A colleague's file may name skills that this worker does not have; they are not offered.
    skillNames: SKILL_NAMES,
    audit: () => Promise.resolve(),
  })
  await personas.start()
  const limits = { deploymentDailyMicros: null, memberDailyMicros: null }
  const prices = await loadPrices(fileURLToPath(new URL('../prices.yaml', import.meta.url)))
  const conversations = createConversations({
    database,
    keeping: database,
    startsInOutage: false,
    clock,
    log,
    processId: randomUUID(),
    tracing,
    chain:
      order.mode === 'stream50'
        ? streamChain
        : createModelChain({ order: ['playbook'], providers: [createPlaybook()], clock, log }),
    budget: createBudgets({ database, clock, prices, limits }),
    // One member asks for all here.
    limits: { openTurnsPerMember: 1000 },
    skillsFor: (persona) => skills.filter((skill) => persona.definition.skills.includes(skill.name)),
    getPersona: (id) => personas.get(id),
    principalOf: (memberId) => access.principalOf(memberId),
  })
  await conversations.start()
  const authenticator = createAuthenticator({ access, publicUrl })
  const server = createServer({
    routes: conversationRoutes({ conversations, log, drainSignal: new AbortController().signal }),
    log,
    metrics: createMetrics(),
    tracing,
    authenticate: (headers) => authenticator.fromHeaders(headers),
    checkOrigin: (request) => authenticator.checkOrigin(request),
    admit: () => undefined,
    trustedProxies: [],
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  // It listens on TCP, so the address has a port.
  const keys = await Promise.all(
    Array.from({ length: order.members }, (_unused, member) => createKey(access, `${order.mode}-${member}`)),
  )
  process.send?.({ port: (server.server.address() as AddressInfo).port, keys })
}

async function createKey(access: ReturnType<typeof createAccess>, member: string): Promise<string> {
  const caller = { principal: await access.localPrincipal() }
  const person = { email: `asker-${member}@example.com`, name: `Asker ${member}`, teamId: null, repId: null }
  const { link } = await access.inviteMember(caller, { ...person, role: 'owner', rowScope: 'all' })
  const signedIn = await access.signIn({ token: new URL(link).hash.replace('#token=', ''), address: '127.0.0.1' })
  const { secret } = await access.createKey(signedIn, { name: 'bench', actions: null, expiresInDays: null })
  return secret
}

async function consume(streams: number): Promise<void> {
  await Promise.all(
    Array.from({ length: streams }, async () => {
      let characters = 0
      // What is made here serves no request and asks for nothing.
      for await (const chunk of streamChain.stream({} as never))
        characters += chunk.type === 'text-delta' ? chunk.text.length : 0
      return characters
    }),
  )
}

const Question = z.discriminatedUnion('type', [
  z.object({ type: z.literal('cpu') }),
  z.object({ type: z.literal('baseline'), streams: z.int() }),
])

process.on('disconnect', () => process.exit(0))
process.once('message', (first) => {
  process.on('message', (next) => void answer(next))
  main(Order.parse(first)).catch((error: unknown) => {
    process.stderr.write(`bench worker: ${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  })
})

async function answer(message: unknown): Promise<void> {
  const question = Question.parse(message)
  if (question.type === 'baseline') await consume(question.streams)
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuMs: (user + system) / 1000 })
}
