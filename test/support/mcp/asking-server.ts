import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { askingTools, type AskingBench } from './asking-tools.ts'
import { speakBothEras, type SpokenEra } from './dual-era.ts'
import { readAsked } from './exchange.ts'
import { openLoopback } from './loopback.ts'

/** A server that asks people, over streamable HTTP on loopback. Gone with the test file. */
export async function openAskingServer(era: SpokenEra) {
  const bench: AskingBench = { notes: [], actions: [] }
  const mcp = speakBothEras(() => askingTools(bench), era)
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    mcp.answer(request, response, (await readAsked(request)).body)
  const { port } = await openLoopback(() =>
    // A caller that hangs up while it sends breaks the read; there is nobody to answer then.
    createServer((request, response) => void answer(request, response).catch(() => response.destroy())),
  )
  return { url: `http://127.0.0.1:${port}/mcp`, bench }
}
