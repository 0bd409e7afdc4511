import { parseKeyPairsIntoRecord } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { Config } from '../config/config.ts'
import type { Log } from '../log/log.ts'
import { hostWithPort } from '../network/address-guard.ts'
import { createGuardedClient } from '../network/guarded-client.ts'
import type { Trace } from './span.ts'
import { toReadableSpans, type Origin } from './to-readable-span.ts'
import { createTraceExport, type ExportResult, type Sent, type TraceExport } from './trace-export.ts'

interface OtlpNeeds {
  readonly tracing: Config['tracing'] & { readonly endpoint: string }
  readonly version: string
  /** Tells this process from the others of the deployment. */
  readonly replica: string
  readonly log: Log
  readonly onSpans?: (result: ExportResult, count: number) => void
  readonly everyMs?: number
}

const FORMS = {
  'http/protobuf': { serializer: ProtobufTraceSerializer, type: 'application/x-protobuf' },
  'http/json': { serializer: JsonTraceSerializer, type: 'application/json' },
} as const

/** What OTLP says may be sent again later. */
const LATER: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** The way to an OpenTelemetry backend over OTLP/HTTP. It may be called wherever it lies: the operator named it. */
export function openOtlp(needs: OtlpNeeds): TraceExport {
  const { endpoint, headers, protocol } = needs.tracing
  const client = createGuardedClient({ allowPrivate: [hostWithPort(endpoint)] })
  const { serializer, type } = FORMS[protocol]
  const named = headers === null ? {} : parseKeyPairsIntoRecord(headers.reveal())
  const origin = originOf(needs)
  const send = async (traces: readonly Trace[], signal: AbortSignal): Promise<Sent> => {
    const body = serializer.serializeRequest(traces.flatMap((trace) => toReadableSpans(trace, origin)))
    if (!body) return 'refused'
    try {
      const response = await client.fetch(`${endpoint}/v1/traces`, {
        method: 'POST',
        headers: { ...named, 'content-type': type },
        // The serialisers give bytes of their own, which no other thread shares.
        body: body as Uint8Array<ArrayBuffer>,
        signal,
      })
      await response.body?.cancel()
      if (response.ok) return 'sent'
      return LATER.has(response.status) ? 'later' : 'refused'
    } catch {
      // Away or too slow, which the queue tells once a minute.
      return 'later'
    }
  }
  const queue = createTraceExport({ ...needs, send })
  return {
    take: queue.take,
    close: async () => {
      await queue.close()
      await client.close()
    },
  }
}

function originOf({ version, replica }: Pick<OtlpNeeds, 'version' | 'replica'>): Origin {
  return {
    resource: resourceFromAttributes({
      'service.name': 'sophia',
      'service.version': version,
      'service.instance.id': replica,
    }),
    scope: { name: 'sophia', version },
  }
}
