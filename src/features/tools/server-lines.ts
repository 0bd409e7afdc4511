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
  /** Where the credentials of the house stand; absent where none are signed in for. */
  readonly standing: CredentialProvider['standing'] | undefined
  of(memberId: string | null): ServerLine
  /** The next use opens a new line: of one member, or of everybody. */
  forget(memberId: string | null): void
  close(): Promise<void>
}

export function createServerLines(definition: ServerDefinition, needs: LinesNeeds, era: KnownEra): ServerLines {
  const members = new Map<string, ServerLine>()
  const provider = needs.authProviderFor?.(definition, null, needs.fetch)
  const house = createServerLine(definition, { ...needs, authProvider: provider }, era)
  return {
    house,
    standing: provider?.standing,
    of(memberId) {
      if (definition.credentials !== 'member' || memberId === null) return house
      const authProvider = needs.authProviderFor?.(definition, memberId, needs.fetch)
      const line = members.get(memberId) ?? createServerLine(definition, { ...needs, authProvider }, era)
      members.set(memberId, line)
      return line
    },
    forget(memberId) {
      const gone = memberId === null ? [house, ...members.values()] : [members.get(memberId)]
      for (const line of gone) line?.drop()
      if (memberId === null) members.clear()
      else members.delete(memberId)
    },
    close: async () => {
      await Promise.all([house, ...members.values()].map((line) => line.close()))
    },
  }
}
