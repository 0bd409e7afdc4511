import { z } from 'zod'

/** A calendar as somebody writes it, not saved yet. */
export interface Draft {
  readonly text: string
  /** What stood in the file when they began. */
  readonly from: string
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
const Kept = z.object({ text: z.string(), from: z.string() })

/** What is written and not saved, kept over a reload of the tab, of each member apart. */
export function createDraftKeeper(store: Store | null, memberId: string) {
  const key = `sophia.calendar.${memberId}`
  return {
    read(): Draft | null {
      try {
        const kept = store?.getItem(key) ?? null
        return kept === null ? null : Kept.parse(JSON.parse(kept))
      } catch {
        // Written by a page of another version, or by hand: there is no draft.
        return null
      }
    },
    keep(draft: Draft): void {
      try {
        store?.setItem(key, JSON.stringify(draft))
      } catch {
        // Full or closed: the text then lives as long as the page.
      }
    },
    forget(): void {
      store?.removeItem(key)
    },
  }
}

/** Calendars that ship and need one line to be part of one's own. */
export const PACKS = [
  { name: 'rent-cycle', label: 'Rent cycle', says: 'rent due on the first, days of grace, late fees, the settlement' },
  { name: 'drills', label: 'Drills', says: 'every disaster rehearsed once a week, on weekend mornings' },
] as const

const INLINE = /^include:[ \t]*\[([^\]\n]*)\]/m
const BLOCK = /^include:[ \t]*(?:#.*)?\n((?:[ \t]*-[^\n]*\n?)*)/m

function namesOf(text: string): readonly string[] {
  const inline = INLINE.exec(text)?.[1]
  const names = inline === undefined ? (BLOCK.exec(text)?.[1] ?? '').split('\n') : inline.split(',')
  return names
    .map((name) =>
      name
        .replace(/^\s*-/, '')
        .replace(/#.*$/, '')
        .replaceAll(/["'\s]/g, ''),
    )
    .filter(Boolean)
}

export function includesPack(text: string, name: string): boolean {
  return namesOf(text).includes(name)
}

/** The text with a pack included; what it includes already stays. */
export function includePack(text: string, name: string): string {
  if (includesPack(text, name)) return text
  if (INLINE.test(text)) {
    return text.replace(INLINE, () => `include: [${[...namesOf(text), name].join(', ')}]`)
  }
  const block = BLOCK.exec(text)
  if (block) {
    const at = block.index + block[0].length
    const indent = /^[ \t]*(?=-)/.exec(block[1] ?? '')?.[0] ?? '  '
    const before = text.slice(0, at)
    return `${before}${before.endsWith('\n') ? '' : '\n'}${indent}- ${name}\n${text.slice(at)}`
  }
  // Under the words with which the file begins.
  const head = /^(?:[ \t]*#[^\n]*\n)*/.exec(text)?.[0] ?? ''
  return `${head}include: [${name}]\n${text.slice(head.length)}`
}
