import type { Home, HomeEntry } from '#contract/home.ts'
import type { BriefingContent } from '#domain/briefing/content.ts'

const LINES_PER_SECTION = 7

/** What the home page says today, as a briefing; a weekly one greets the week. */
export function composeFromHome(home: Home, cadence: 'daily' | 'weekly'): BriefingContent {
  const what = cadence === 'daily' ? 'This is your day.' : 'This is your week.'
  const first = {
    title: 'What matters most',
    empty: 'Nothing stands out.',
    lines: home.items.map((item) => ({ text: `${item.title}: ${item.why}`, href: hrefOf(item.record) })),
  }
  return {
    headline: `${home.greeting} ${what}`,
    sections: [first, ...home.sections.map(sectionOf)],
    asOf: home.asOf,
    isToday: home.isToday,
    caveats: home.caveats,
  }
}

function sectionOf({ title, entries, total, empty, open }: Home['sections'][number]) {
  const lines = entries.slice(0, LINES_PER_SECTION).map((entry) => ({ text: textOf(entry), href: entryHref(entry) }))
  const more = total - lines.length
  const rest = more > 0 && lines.length > 0 ? [{ text: `${more} more`, href: open }] : []
  return { title, empty, lines: [...lines, ...rest] }
}

function textOf({ title, why, figure, onDay }: HomeEntry): string {
  const aside = [figure, onDay].filter((part) => part !== null).join(', ')
  return `${title}: ${why}${aside === '' ? '' : ` (${aside})`}`
}

function entryHref(entry: HomeEntry): string | null {
  return entry.action.kind === 'open' ? entry.action.href : hrefOf(entry.record)
}

function hrefOf(record: HomeEntry['record']): string | null {
  if (record?.kind === 'deal') return `/deals/${encodeURIComponent(record.id)}`
  return record?.kind === 'client' ? `/clients/${encodeURIComponent(record.id)}` : null
}
