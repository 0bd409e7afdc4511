import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { fileURLToPath } from 'node:url'
import { speakBothEras, type SpokenEra } from './dual-era.ts'
import { readAsked } from './exchange.ts'
import { faultTools, ToolBench } from './fault-tools.ts'
import { openLoopback } from './loopback.ts'

export interface TlsOptions {
  readonly expired?: boolean
  /** Signed by itself and not by the authority of the tests. */
  readonly selfSigned?: boolean
  /** A sound certificate, but of another host. Goes before the other two. */
  readonly wrongHost?: boolean
  readonly era?: SpokenEra
}

/** The tools of the fault server, sound, behind TLS. `authority` is the certificate to trust (`authorityPath` as a file). */
export async function openTlsServer(options: TlsOptions = {}) {
  const bench = new ToolBench()
  const mcp = speakBothEras(() => faultTools(bench), options.era ?? 'both')
  const tls = { key: read('server-key'), cert: read(certificateName(options)) }
  const loopback = await openLoopback(() =>
    createServer(tls, (request, response) => {
      // A caller that hangs up while it sends breaks the read; there is nobody to answer then.
      const answered = readAsked(request).then(({ body }) => mcp.answer(request, response, body))
      void answered.catch(() => response.destroy())
    }),
  )
  return {
    url: `https://127.0.0.1:${loopback.port}/mcp`,
    port: loopback.port,
    authority: read('authority'),
    authorityPath: fileURLToPath(fileOf('authority')),
    calls: bench.calls,
    close: loopback.close,
    restart: loopback.restart,
  }
}

function certificateName({ expired = false, selfSigned = false, wrongHost = false }: TlsOptions): string {
  if (wrongHost) return 'wrong-host'
  if (selfSigned) return expired ? 'self-signed-expired' : 'self-signed'
  return expired ? 'expired' : 'valid'
}

function read(name: string): string {
  return readFileSync(fileOf(name), 'utf8')
}

function fileOf(name: string): URL {
  return new URL(`./certificates/${name}.pem`, import.meta.url)
}
