import { z } from 'zod'
import { currentCorrelation, saneCorrelationId } from '#platform/log/correlation.ts'
import { contextForLater } from '#platform/tracing/in-span.ts'
import { TraceContext } from '#platform/tracing/trace-context.ts'

/** Beside the fields of a payload, none of which begins so. */
const SENDER = '$sender'
const TRACE = '$trace'
const Stored = z.record(z.string(), z.unknown())

/** Who sent a job, by what its log and its trace are found from there. */
interface Sender {
  readonly id: string | undefined
  /** The step of a trace in which it was sent. */
  readonly trace: TraceContext | undefined
}

/** The payload with the id of the work that sends it, so that the log of a job is found by the request it came from, and with its trace. */
export function withSender(payload: object): object {
  const id = currentCorrelation()?.correlationId
  return id === undefined ? payload : { ...payload, [SENDER]: id, [TRACE]: contextForLater() }
}

/** The payload as it was sent, and who sent it; nobody when it was a cron expression. */
export function takeSender(stored: unknown): { readonly payload: unknown; readonly sender: Sender } {
  const found = Stored.safeParse(stored)
  if (!found.success) return { payload: stored, sender: { id: undefined, trace: undefined } }
  const { [SENDER]: id, [TRACE]: trace, ...payload } = found.data
  return { payload, sender: { id: saneCorrelationId(id), trace: TraceContext.safeParse(trace).data } }
}
