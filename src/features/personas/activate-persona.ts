import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database } from '#platform/postgres/database.ts'
import { parsePersona } from './parse-persona.ts'
import { activateVersion } from './persona-store.ts'

export interface Activation {
  readonly id: string
  /** The version's hash or the beginning of it, at least four digits. */
  readonly version: string
  readonly principal: Principal
  readonly correlationId?: string
}

/** Told after a version was put in force. */
export type PersonaAudit = (entry: {
  readonly principal: Principal
  readonly action: 'persona:activate'
  readonly targetKind: 'persona'
  readonly targetId: string
  readonly detail: { readonly version: string; readonly previousVersion: string; readonly isPinned: boolean }
  readonly correlationId?: string
}) => Promise<void>

interface ActivateNeeds {
  readonly database: Database
  readonly skillNames: readonly string[]
  readonly audit?: PersonaAudit
}

/** Puts a stored version in force. Another than the file's is pinned until the file is saved anew; rolling back is the same verb. */
export async function activatePersona(
  needs: ActivateNeeds,
  { id, version, principal, correlationId }: Activation,
): Promise<void> {
  const check = (content: string): void => {
    const parsed = parsePersona(content, { file: `${id}.md`, skillNames: needs.skillNames })
    if (parsed.kind === 'fault')
      throw new SophiaError('PERSONA_NOT_VALID', { detail: `That version cannot be used: ${parsed.fault.reason}` })
  }
  const activated = await activateVersion(needs.database, { id, prefix: version.toLowerCase(), check })
  if (!activated) {
    throw new SophiaError('NOT_FOUND', {
      detail: `No single version of ${id} begins with "${version}".`,
    })
  }
  await needs.audit?.({
    principal,
    action: 'persona:activate',
    targetKind: 'persona',
    targetId: id,
    detail: { version: activated.hash, previousVersion: activated.previousHash, isPinned: activated.isPinned },
    ...(correlationId === undefined ? {} : { correlationId }),
  })
}
