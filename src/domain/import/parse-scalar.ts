import type { ImportField, Stage } from './import-kind.ts'
import { squash } from './names.ts'

const MAX_INT4 = 2_147_483_647
const YES = new Set(['true', 'yes', 'y', 't', '1', 'x', 'ja', 'oui', 'si'])
const NO = new Set(['false', 'no', 'n', 'f', '0', 'nein', 'non'])

/** A whole number, with thousands signs or a fraction of zeros if need be; undefined for anything else. */
export function parseInteger(text: string): number | undefined {
  const found = /^([-+]?)(\d{1,3}(?:[,' \u00a0]\d{3})+|\d+)(?:\.0+)?$/.exec(text)
  if (!found) return undefined
  const value = Number((found[1] ?? '') + (found[2] ?? '').replace(/\D/g, ''))
  return Math.abs(value) <= MAX_INT4 ? value : undefined
}

export function parseBoolean(text: string): boolean | undefined {
  const word = squash(text)
  if (YES.has(word)) return true
  return NO.has(word) ? false : undefined
}

/** Stages as the common CRMs name them. The file's own word is kept in the row's origin. */
const STAGE_WORDS: Readonly<Record<Stage, readonly string[]>> = {
  prospecting: [
    'prospect',
    'prospects',
    'lead',
    'new',
    'new lead',
    'open',
    'identified',
    'suspect',
    'appointment scheduled',
    'contacted',
    'first contact',
  ],
  qualification: [
    'engaging',
    'engaged',
    'qualified',
    'qualifying',
    'qualified to buy',
    'discovery',
    'needs analysis',
    'value proposition',
    'id decision makers',
    'perception analysis',
    'demo',
    'demo scheduled',
    'presentation scheduled',
    'evaluation',
    'in progress',
    'working',
  ],
  proposal: [
    'proposal/price quote',
    'proposal made',
    'proposal sent',
    'proposal presented',
    'quote',
    'quote sent',
    'quoted',
    'price quote',
    'pricing',
    'presented',
    'decision maker bought in',
    'offer',
  ],
  negotiation: [
    'negotiation/review',
    'negotiating',
    'negotiations started',
    'contract sent',
    'contract',
    'legal',
    'procurement',
    'verbal',
    'verbal commit',
    'commit',
    'closing',
  ],
  won: ['closed won', 'closed - won', 'win', 'signed', 'sold', 'success'],
  lost: [
    'closed lost',
    'closed - lost',
    'loss',
    'disqualified',
    'rejected',
    'abandoned',
    'cancelled',
    'canceled',
    'dead',
  ],
}

const STAGE_BY_WORD = new Map<string, Stage>()
for (const stage of ['prospecting', 'qualification', 'proposal', 'negotiation', 'won', 'lost'] as const) {
  for (const word of [stage, ...STAGE_WORDS[stage]]) STAGE_BY_WORD.set(squash(word), stage)
}

export function parseStage(text: string): Stage | undefined {
  return STAGE_BY_WORD.get(squash(text))
}

type EnumField = Extract<ImportField, { type: 'enum' }>

/** The list's own word for a text; an open list keeps unknown words in lower case. */
export function parseEnum(field: EnumField, text: string): string | undefined {
  const word = squash(text)
  for (const [known, synonyms] of Object.entries(field.words)) {
    if (squash(known) === word || synonyms.some((synonym) => squash(synonym) === word)) return known
  }
  return field.isOpen ? text.toLowerCase() : undefined
}
