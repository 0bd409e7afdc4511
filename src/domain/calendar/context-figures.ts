import { listWords, nearestWord } from './nearest-word.ts'

/** Figures that a line for the colleagues may hold, as `{clients.behind}`; each is counted over what the asker may see. */
export const CONTEXT_FIGURES = {
  'clients.behind': 'clients with an invoice past its due day',
  'clients.overdue': 'clients with an invoice more than 30 days past its due day',
  'deals.closing-this-month': 'open deals whose expected close lies in this month',
  'drafts.waiting': 'drafts of their own that wait for approval',
  'renewals.next-30-days': 'clients that renew within 30 days',
} as const
export type ContextFigure = keyof typeof CONTEXT_FIGURES

const PLACE = /\{([^{}]*)\}/g
const NAMES = Object.keys(CONTEXT_FIGURES)
/** Said where nothing was imported that could be counted: nought would be a claim. */
const UNKNOWN = 'an unknown number of'

function isFigure(name: string): name is ContextFigure {
  return Object.hasOwn(CONTEXT_FIGURES, name)
}

/** Whether a line holds a figure that is to be counted. */
export function hasFigure(line: string): boolean {
  return [...line.matchAll(PLACE)].some(([, name = '']) => isFigure(name.trim()))
}

/** What is wrong with the figures of a line, in words; null: nothing. */
export function faultOfFigures(text: string): string | null {
  for (const [place, name = ''] of text.matchAll(PLACE)) {
    if (isFigure(name.trim())) continue
    const near = nearestWord(name.trim(), NAMES)
    return `There is no figure \`${place}\`${near ? `; did you mean \`{${near}}\`?` : `; there are ${listWords(NAMES)}.`}`
  }
  return null
}

/** The lines with their figures; each is counted once, and none that no line names. Null: not known. */
export async function fillFigures(
  lines: readonly string[],
  count: Readonly<Record<ContextFigure, () => Promise<number | null>>>,
): Promise<string[]> {
  const wanted = new Set(lines.flatMap((line) => [...line.matchAll(PLACE)].map(([, name = '']) => name.trim())))
  const found = new Map<string, string>()
  for (const name of wanted) {
    if (!isFigure(name)) continue
    // There are few of them, and all are quick.
    // oxlint-disable-next-line no-await-in-loop
    const value = await count[name]()
    found.set(name, value === null ? UNKNOWN : value === 0 ? 'no' : String(value))
  }
  const fill = (line: string): string =>
    line.replaceAll(PLACE, (place, name: string) => found.get(name.trim()) ?? place)
  return lines.map((line) => startWithCapital(fill(line)))
}

/** A line may begin with a figure. */
function startWithCapital(line: string): string {
  return line.charAt(0).toUpperCase() + line.slice(1)
}
