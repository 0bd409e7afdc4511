import { z } from 'zod'
import type { ToolDefinition } from '#domain/mcp/tool-definition.ts'
import { withStandards } from '#domain/question.ts'
import type { McpConnection, ToolReply } from '#platform/mcp-client/mcp-connection.ts'
import { toMcpFault } from '#platform/mcp-client/mcp-fault.ts'
import { openMcpConnection } from '#platform/mcp-client/open-mcp-connection.ts'
import { createGuardedClient } from '#platform/network/guarded-client.ts'
import { createSignIn, type SignIn } from './sign-in.ts'

const Input = z.record(z.string(), z.unknown())
/** What the suite tells the program beside the name of the scenario. */
const Context = z.object({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  toolCalls: z.array(z.object({ name: z.string(), arguments: Input })).default([]),
})
type Context = z.infer<typeof Context>

/** Other work shares the machine; a slow start is no fault of the protocol. */
const LIMIT_MS = 25_000
const ANSWER_BYTES = 1024 * 1024
const MOST_SIGN_INS = 3
/** Here the right end is a refusal by the client; the suite looks at how far it went. */
const ENDS_IN_REFUSAL = new Set([
  'auth/scope-retry-limit',
  'auth/resource-mismatch',
  'auth/iss-supported-missing',
  'auth/iss-wrong-issuer',
  'auth/iss-unexpected',
  'auth/iss-normalized',
  'auth/metadata-issuer-mismatch',
])

/** One of its tools leaves out `resultType`, which this revision does not allow: that one is refused, the others are called. */
const ONE_IS_REFUSED = 'sep-2322-client-request-state'
/** A person who agrees, and leaves what else is asked as it stands. */
const YES = { confirm: true, confirmed: true }

interface Wanted {
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
}

/** What to call once the tools are known; in scenarios that are not named here, every tool without an input. */
const CALLS: Readonly<Record<string, (tools: readonly ToolDefinition[], context: Context) => readonly Wanted[]>> = {
  tools_call: () => [{ name: 'add_numbers', input: { a: 5, b: 3 } }],
  'http-custom-headers': (_tools, { toolCalls }) => toolCalls.map((one) => ({ name: one.name, input: one.arguments })),
  'http-invalid-tool-headers': (tools) =>
    tools.map(({ name }) => ({ name, input: { region: 'us-west1', value: 'x' } })),
  'json-schema-ref-no-deref': () => [],
  'json-schema-2020-12-preservation': (tools) => {
    const schema = tools.find(({ name }) => name !== 'json_schema_echo')?.inputSchema
    return [{ name: 'json_schema_echo', input: { schema } }]
  },
}

/** Does with the hub's own line what the scenario asks for. Answers the exit code: 0 when it ended as it should. */
export async function runScenario(scenario: string, address: string): Promise<number> {
  const mustRefuse = ENDS_IN_REFUSAL.has(scenario)
  try {
    await play(scenario, z.url().parse(address))
    process.stdout.write(mustRefuse ? 'not refused\n' : 'done\n')
    return mustRefuse ? 1 : 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.stdout.write(mustRefuse ? 'done\n' : 'failed\n')
    return mustRefuse ? 0 : 1
  }
}

async function play(scenario: string, url: string): Promise<void> {
  const context = Context.parse(JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}'))
  const send = createGuardedClient({ allowPrivate: ['localhost'] }).exchange(ANSWER_BYTES)
  const signIn = createSignIn({ serverUrl: url, fetch: send, registered: registeredOf(context) })
  const line = await signingIn(signIn, () => open(url, send, scenario.startsWith('auth/') ? signIn : null))
  const tools = await signingIn(signIn, () => line.listTools(LIMIT_MS))
  for (const { name, input } of callsOf(scenario, tools, context)) {
    const tool = tools.find((one) => one.name === name)
    if (!tool) throw new Error(`The server lists no ${name}.`)
    const reply = signingIn(signIn, () => call(line, tool, input))
    // One after the other: the suite tells calls apart by their order.
    // oxlint-disable-next-line no-await-in-loop
    await (scenario === ONE_IS_REFUSED ? reply.catch(() => undefined) : reply)
  }
  await line.close()
}

function callsOf(scenario: string, tools: readonly ToolDefinition[], context: Context): readonly Wanted[] {
  return CALLS[scenario]?.(tools, context) ?? tools.map(({ name }) => ({ name, input: {} }))
}

function registeredOf({ client_id: clientId, client_secret: clientSecret }: Context) {
  return clientId === undefined ? null : { clientId, clientSecret }
}

function open(url: string, send: typeof fetch, signIn: SignIn | null): Promise<McpConnection> {
  return openMcpConnection(
    { kind: 'streamable-http', url, headers: {} },
    {
      clientVersion: '0.0.0',
      fetch: send,
      authProvider: signIn?.provider,
      inherited: {},
      timeoutMs: LIMIT_MS,
      verdict: null,
      maxAnswerBytes: ANSWER_BYTES,
      onToolsChanged: () => undefined,
      onEnd: () => undefined,
    },
  )
}

function call(line: McpConnection, tool: ToolDefinition, input: Wanted['input']): Promise<ToolReply> {
  return line.call({
    tool,
    input,
    meta: {},
    timeoutMs: LIMIT_MS,
    signal: AbortSignal.timeout(LIMIT_MS),
    onQuestion: ({ fields }) => Promise.resolve({ action: 'accept', content: withStandards(fields, YES) }),
  })
}

/** Has the person sign in when the server asks for it, as often as a person would bear. */
async function signingIn<Done>(signIn: SignIn, work: () => Promise<Done>): Promise<Done> {
  for (let round = 1; ; round += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      return await work()
    } catch (error) {
      const { class: kind, code } = toMcpFault(error)
      // What is refused although it was granted is refused for good.
      if (round === MOST_SIGN_INS || kind !== 'auth' || code === 'SCOPE_REFUSED') throw error
      // oxlint-disable-next-line no-await-in-loop
      await signIn.agree()
    }
  }
}
