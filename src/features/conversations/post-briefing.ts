import { SophiaError } from '#domain/errors.ts'
import { cleanText } from '#domain/turn/clean-text.ts'
import { insertBriefingConversation } from './briefing-store.ts'
import type { House } from './needs.ts'

export interface BriefingToPost {
  /** Of the conversation that is made; the same id again makes nothing. */
  readonly id: string
  readonly memberId: string
  readonly persona: string
  readonly title: string
  readonly markdown: string
}

/**
 * A conversation that begins with a message from the colleague's side. Nobody asked and no model answered, so there is no
 * turn, no model and no persona version behind it, and it says so by having none. Throws PERSONA_NOT_FOUND.
 */
export async function postBriefing(house: House, briefing: BriefingToPost): Promise<void> {
  const persona = await house.getPersona(briefing.persona).catch((cause: unknown) => {
    const detail = `There is no colleague called ${briefing.persona} any more. Choose another for your briefing.`
    throw cause instanceof SophiaError && cause.code === 'PERSONA_NOT_FOUND'
      ? new SophiaError('PERSONA_NOT_FOUND', { detail, cause })
      : cause
  })
  const row = {
    ...briefing,
    persona: persona.id,
    title: cleanText(briefing.title),
    markdown: cleanText(briefing.markdown),
  }
  const isNew = await house.database.inTransaction((handle) => insertBriefingConversation(handle, row))
  if (isNew) house.feed.announce(briefing.memberId, briefing.id)
}
