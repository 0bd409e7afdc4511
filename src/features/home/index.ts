import type { Clock } from '#domain/clock.ts'
import { dayOf, type Day } from '#domain/day.ts'
import { formatCount } from '#domain/figure-text.ts'
import { rankAttention, type Attention, type HeadlineFigure } from '#domain/home/attention.ts'
import type { Principal } from '#domain/permission.ts'
import { findSections, type FoundSections, type SectionNeeds } from './find-sections.ts'
import { createScopeCache } from '#platform/scope-cache.ts'

interface HomeNeeds {
  readonly deals: SectionNeeds['deals'] & { findAttention(principal: Principal): Promise<Attention> }
  readonly clients: SectionNeeds['clients'] & { findAttention(principal: Principal): Promise<Attention> }
  /** The member's own drafts that wait for approval. */
  readonly countDrafts?: (principal: Principal) => Promise<number>
  readonly clock: Clock
  /** How far the data has come. */
  readonly epochOf?: () => Promise<string>
}

const FIGURES_SHOWN = 4
const NOTHING_YET = 'There is nothing here that you may see yet: import records, or explore the sample company.'

/** What both rooms found for one set of visible rows. */
type FoundAttention = readonly [deals: Attention, clients: Attention]

/** The door of the home room: what matters today for this member. */
export interface Home {
  get(principal: Principal): Promise<ReturnType<typeof presentHome>>
  /** To be called when records have changed; without it a change shows within five seconds. */
  forget(): void
}

export function createHome({ deals, clients, countDrafts, clock, epochOf }: HomeNeeds): Home {
  const epoch = epochOf ? { epochOf } : {}
  const attention = createScopeCache<FoundAttention>({
    clock,
    ...epoch,
    find: (principal) => Promise.all([deals.findAttention(principal), clients.findAttention(principal)]),
  })
  const sections = createScopeCache<FoundSections>({
    clock,
    ...epoch,
    find: (principal) => findSections({ deals, clients }, principal),
    // The view and what is one's own depend on these besides the rows in sight.
    keyOf: ({ repId, role, rowScope }) => JSON.stringify([repId, role, rowScope]),
  })
  return {
    get: async (principal) => {
      const [found, mine, drafts] = await Promise.all([
        attention.get(principal),
        sections.get(principal),
        countDrafts?.(principal) ?? 0,
      ])
      return presentHome({ found, mine, drafts }, principal, dayOf(clock.now()))
    },
    forget: () => {
      attention.forget()
      sections.forget()
    },
  }
}

interface HomeParts {
  readonly found: FoundAttention
  readonly mine: FoundSections
  readonly drafts: number
}

function presentHome({ found: [deals, clients], mine, drafts }: HomeParts, principal: Principal, today: Day) {
  const asOf = dayShown(deals, clients, today)
  const items = rankAttention([...deals.candidates, ...clients.candidates]).map(
    ({ urgency: _u, daysPast: _d, ...item }) => item,
  )
  const isEmpty = items.length + deals.figures.length + clients.figures.length === 0
  return {
    asOf,
    isToday: asOf === today,
    greeting: `Hello ${principal.name.split(' ')[0] ?? principal.name}.`,
    items,
    view: mine.view,
    sections: mine.sections,
    figures: [...draftFigure(drafts), ...figuresShown(deals.figures, clients.figures)].slice(0, FIGURES_SHOWN),
    caveats: isEmpty ? [NOTHING_YET] : [...deals.caveats, ...clients.caveats],
  }
}

function draftFigure(drafts: number): HeadlineFigure[] {
  if (drafts === 0) return []
  return [
    { label: 'Drafts waiting', value: formatCount(drafts), note: 'nothing leaves before you approve', open: '/drafts' },
  ]
}

/** The earlier of the days the data speaks for: a page half of which is old must not pass for today's. */
function dayShown(deals: Attention, clients: Attention, today: Day): Day {
  const days = [deals.asOf, clients.asOf].toSorted()
  return days[0] ?? today
}

function figuresShown(deals: readonly HeadlineFigure[], clients: readonly HeadlineFigure[]): HeadlineFigure[] {
  return [...deals.slice(0, FIGURES_SHOWN - Math.min(1, clients.length)), ...clients].slice(0, FIGURES_SHOWN)
}
