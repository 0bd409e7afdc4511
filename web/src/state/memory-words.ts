import type { Memory, MemoryAudience, MemoryKind } from '#contract/memory.ts'

export const KIND_WORDS: Readonly<Record<MemoryKind, string>> = {
  fact: 'Fact',
  episode: 'What happened',
  procedure: 'What worked',
}

export const AUDIENCE_WORDS: Readonly<Record<MemoryAudience, string>> = {
  member: 'Only you',
  record: 'Everyone who sees the record',
  team: 'Your team',
  company: 'The whole company',
}

export const CHANGE_WORDS: Readonly<Record<string, string>> = {
  added: 'Remembered',
  edited: 'Edited',
  superseded: 'Replaced by something newer',
  merged: 'Merged with one that says the same',
  pinned: 'Pinned',
  unpinned: 'No longer pinned',
  shared: 'Shared differently',
  approved: 'Let in',
  forgotten: 'Forgotten',
  restored: 'Brought back',
  expired: 'Expired',
  evicted: 'Let go to make room',
}

/** How well it is remembered today, in a word. */
export function strengthWords({ strength, isPinned }: Pick<Memory, 'strength' | 'isPinned'>): string {
  if (isPinned) return 'Pinned'
  if (strength >= 0.66) return 'Vivid'
  return strength >= 0.33 ? 'Fading' : 'Faint'
}

/** Who may have this audience: a record only when it is about a deal or client, a team only with a team. */
export function audiencesFor(memory: Pick<Memory, 'subject'>, hasTeam: boolean): MemoryAudience[] {
  const isOfRecord = memory.subject?.kind === 'deal' || memory.subject?.kind === 'client'
  return ['member', ...(isOfRecord ? (['record'] as const) : []), ...(hasTeam ? (['team'] as const) : []), 'company']
}
