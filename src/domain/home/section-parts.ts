import type { Evidence } from '../skill.ts'
import { ENTRIES_SHOWN, type Found, type HomeEntry, type HomeSection } from './sections.ts'

interface SectionWords {
  readonly id: string
  readonly title: string
  readonly open: string
  /** What is said when something was looked at and nothing was found. */
  readonly allWell: string
  /** What is said when there was nothing to look at. */
  readonly noData: string
}

/** A section of what was found: nothing found reads as all well only when something was looked at and nothing is missing. */
export function sectionOf<Row>(words: SectionWords, found: Found<Row>, toEntry: (row: Row) => HomeEntry): HomeSection {
  const { id, title, open } = words
  const verdict = found.lookedAt === 0 ? words.noData : words.allWell
  return {
    id,
    title,
    open,
    entries: found.rows.slice(0, ENTRIES_SHOWN).map(toEntry),
    total: found.total,
    empty: [verdict, ...found.missing].filter((sentence) => sentence !== '').join(' '),
  }
}

export function askMarcus(text: string): HomeEntry['action'] {
  return { kind: 'ask', label: 'Ask Marcus', persona: 'marcus', text }
}

export function askSarah(text: string): HomeEntry['action'] {
  return { kind: 'ask', label: 'Ask Sarah', persona: 'sarah', text }
}

/** Opens the page of a deal or client; of nothing else there is a page. */
export function openRecord({ kind, id }: Pick<Evidence, 'kind' | 'id'>, label: string): HomeEntry['action'] {
  return { kind: 'open', label, href: `/${kind}s/${encodeURIComponent(id)}` }
}

/** `in 3 days`, `today`, `tomorrow`. */
export function inDaysText(days: number): string {
  if (days === 0) return 'today'
  return days === 1 ? 'tomorrow' : `in ${days} days`
}

/** The same text with its first letter in capitals and one full stop at its end. */
export function sentenceOf(text: string): string {
  const trimmed = text.trim().replace(/[.;,\s]+$/, '')
  return trimmed === '' ? '' : `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}.`
}
