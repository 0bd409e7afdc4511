import type { z } from 'zod'
import { Problem } from '#contract/common.ts'
import { ERRORS, SophiaError, type ErrorCode } from '#domain/errors.ts'
import type { Action, Principal } from '#domain/permission.ts'
import type { Access } from '#features/access/index.ts'
import { hostWithPort } from '#platform/network/address-guard.ts'
import { createGuardedClient } from '#platform/network/guarded-client.ts'
import { ownCertificate } from '#platform/tls/read-certificate.ts'

/** The Sophia that runs on this home, and who asks her. */
export interface Running {
  readonly address: string
  /** The chain she is known by, when she speaks TLS: the name in it is of no address of this machine. */
  readonly certificate?: string | null
  readonly access: Pick<Access, 'createKey' | 'revokeKey'>
  readonly principal: Principal
}

/** `line` is a method and a path. Rejects with her own code and words, or UNREACHABLE. */
export type Ask = <Shape extends z.ZodType>(shape: Shape, line: string, body?: object) => Promise<z.infer<Shape>>

/** Asks a running Sophia over her API, with a key that is made for this one command and revoked when it ends. */
export async function openRunning(
  { address, certificate = null, access, principal }: Running,
  { name, actions }: { readonly name: string; readonly actions: readonly Action[] },
): Promise<{ readonly ask: Ask; close(): Promise<void> }> {
  const { key, secret } = await access.createKey({ principal }, { name, actions, expiresInDays: 1 })
  const client = createGuardedClient({
    allowPrivate: [hostWithPort(address)],
    pinned: certificate === null ? null : ownCertificate(certificate),
  })
  const ask: Ask = async (shape, line, body) => {
    const [method = 'GET', path = '/'] = line.split(' ')
    const content = body === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await client
      .fetch(new URL(path, address), {
        method,
        headers: { authorization: `Bearer ${secret}`, ...content },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      .catch((cause: unknown) => {
        throw new SophiaError('UNREACHABLE', { detail: `Sophia runs, but does not answer at ${address}.`, cause })
      })
    const text = await answer.text()
    if (!answer.ok) throw toFault(text, answer.status)
    return shape.parse(JSON.parse(text))
  }
  const close = async (): Promise<void> => {
    await access.revokeKey({ principal }, key.id)
    await client.close()
  }
  return { ask, close }
}

/** Her own words and code, so that the command ends as it would have without a server between. */
function toFault(text: string, status: number): SophiaError {
  const problem = Problem.safeParse(parsed(text))
  if (!problem.success || !isCode(problem.data.code))
    return new SophiaError('UNREACHABLE', { detail: `Sophia answers with HTTP ${status}.` })
  const { code, detail, errors } = problem.data
  const [first] = errors ?? []
  const named = first ? `${first.path}: ${first.message}` : detail
  return new SophiaError(code, { detail: named, ...(errors ? { faults: errors } : {}) })
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Something between us and her answers, in its own way.
    return null
  }
}
