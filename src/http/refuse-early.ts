import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Rank } from '#domain/overload/admission.ts'
import { overloaded, RETRY_AFTER_SECONDS, type AdmissionGate } from './admission-gate.ts'
import { toProblem } from './problem.ts'

/** Answers requests of a rank with 503 before anything is read or looked up for them, while they would be refused anyway. */
export function refuseEarly(gate: AdmissionGate, rank: Rank) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    if (!gate.isShut(rank)) return done()
    gate.noteRefused(rank)
    void reply
      .code(503)
      .headers({
        'content-type': 'application/problem+json; charset=utf-8',
        'cache-control': 'no-store',
        'retry-after': String(RETRY_AFTER_SECONDS),
      })
      .send(JSON.stringify(toProblem(overloaded(), request.id)))
  }
}
