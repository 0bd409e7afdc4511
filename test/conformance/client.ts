/**
 * The program under test, started by the suite with the server's address as its argument. The suite starts all of them at
 * once: each waits here for its turn, before it loads anything.
 */
import { once } from 'node:events'
import { connect } from 'node:net'

const turns = process.env['SOPHIA_CONFORMANCE_TURNS']
if (turns !== undefined) await once(connect(Number(turns), '127.0.0.1'), 'data')
const { runScenario } = await import('./run-scenario.ts')
process.exit(await runScenario(process.env['MCP_CONFORMANCE_SCENARIO'] ?? '', process.argv[2] ?? ''))
