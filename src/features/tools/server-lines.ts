import type { CredentialProvider } from './oauth-provider.ts'
import type { ServerDefinition } from './server-definition.ts'
import { createServerLine, type KnownEra, type LineNeeds, type ServerLine } from './server-line.ts'

interface LinesNeeds extends Omit<LineNeeds, 'authProvider'> {
  /** Credentials of one member, or of everybody; `fetch` is the way to whoever gives them. */
  readonly authProviderFor?:
    | ((
        definition: ServerDefinition,
        memberId: string | null,
        send: LineNeeds['fetch'],
      ) => CredentialProvider | undefined)
    | undefined
}

/** The lines to one server: the house's own, and one for each member where each signs in for themselves. */
export interface ServerLines {
  readonly house: ServerLine
  /** The credentials that all share; absent where there are none to share. */
  readonly shared: CredentialProvider | undefined
  of(memberId: string | null): ServerLine
  /** A member's own, where each signs in for themselves; absent until they were used or looked at in this process. */
  own(memberId: string): CredentialProvider | undefined
  /** Members whose own credentials were used or looked at in this process. */
  members(): readonly string[]
  /** Reads how a member's own credentials stand. */
  look(memberId: string): Promise<void>
  /** The next use opens a new line: of one member, or of everybody. */
  forget(memberId: string | null): void
  close(): Promise<void>
}

interface MemberLine {
  readonly line: ServerLine
  readonly provider: CredentialProvider | undefined
}

export function createServerLines(definition: ServerDefinition, needs: LinesNeeds, era: KnownEra): ServerLines {
  const members = new Map<string, MemberLine>()
  const shared = needs.authProviderFor?.(definition, null, needs.fetch)
  const house = createServerLine(definition, { ...needs, authProvider: shared }, era)
  const ofMember = (memberId: string): MemberLine => {
    const known = members.get(memberId)
    if (known) return known
    const provider = needs.authProviderFor?.(definition, memberId, needs.fetch)
    const made = { line: createServerLine(definition, { ...needs, authProvider: provider }, era), provider }
    members.set(memberId, made)
    return made
  }
  const all = (): ServerLine[] => [house, ...[...members.values()].map(({ line }) => line)]
  return {
    house,
    shared,
    of: (memberId) => (definition.credentials !== 'member' || memberId === null ? house : ofMember(memberId).line),
    own: (memberId) => members.get(memberId)?.provider,
    members: () => [...members.keys()],
    look: async (memberId) => ofMember(memberId).provider?.look(),
    forget(memberId) {
      const gone = memberId === null ? all() : [members.get(memberId)?.line]
      for (const line of gone) line?.drop()
      if (memberId === null) members.clear()
      else members.delete(memberId)
    },
    close: async () => {
      await Promise.all(all().map((line) => line.close()))
    },
  }
}
