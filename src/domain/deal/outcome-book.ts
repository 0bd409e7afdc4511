import type { DecidedCell } from './risk.ts'

/** Decided deals of one rep with one product. */
export interface OutcomeCell {
  readonly repId: string | null
  readonly productId: string | null
  readonly won: number
  readonly lost: number
}

/** Whose deal it is and of what; the names are what a basis is called by. */
export interface OutcomeSubject {
  readonly repId: string | null
  readonly productId: string | null
  readonly repName?: string | null
  readonly productName?: string | null
}

interface Count {
  won: number
  lost: number
}

/** Outcomes counted by rep and product, by rep, by product and overall. */
export interface OutcomeBook {
  add(cell: OutcomeCell): void
  /** Decided deals in all. */
  decided(): number
  /** Like deals, narrowest first; the last is all of them. */
  cellsFor(subject: OutcomeSubject): DecidedCell[]
}

export function createOutcomeBook(cells: readonly OutcomeCell[]): OutcomeBook {
  const counts = new Map<string, Count>()
  const all: Count = { won: 0, lost: 0 }
  const countOf = (key: string): Count => counts.get(key) ?? { won: 0, lost: 0 }
  const addTo = (key: string, { won, lost }: OutcomeCell): void => {
    const before = countOf(key)
    counts.set(key, { won: before.won + won, lost: before.lost + lost })
  }
  const add = (cell: OutcomeCell): void => {
    all.won += cell.won
    all.lost += cell.lost
    for (const key of keysOf(cell)) addTo(key.key, cell)
  }
  for (const cell of cells) add(cell)
  return {
    add,
    decided: () => all.won + all.lost,
    cellsFor: (subject) => [
      ...keysOf(subject).map(({ key, basis }) => ({ basis, ...countOf(key) })),
      { basis: 'all decided deals', ...all },
    ],
  }
}

/** A missing rep or product forms no cell: deals that name none have nothing in common. */
function keysOf({ repId, productId, repName, productName }: OutcomeSubject): { key: string; basis: string }[] {
  const rep = repName ?? repId
  const product = productName ?? productId
  const keys: { key: string; basis: string }[] = []
  if (repId !== null && productId !== null)
    keys.push({ key: `both ${JSON.stringify([repId, productId])}`, basis: `${rep} with ${product}` })
  if (repId !== null) keys.push({ key: `rep ${repId}`, basis: `${rep}` })
  if (productId !== null) keys.push({ key: `product ${productId}`, basis: `${product}` })
  return keys
}
