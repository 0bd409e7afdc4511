import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import { dayOf, type Day } from '#domain/day.ts'
import { describePipeline } from '#domain/deal/describe-pipeline.ts'
import { PIPELINE_GROUPINGS, pipelineFigures, type PipelineFigures } from '#domain/deal/pipeline.ts'
import { PIPELINE_FOCUSES } from '#domain/deal/pipeline-outlook.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Database, Handle, Snapshot } from '#platform/postgres/database.ts'
import type { Sql } from '#platform/postgres/sql.ts'
import type { Yardsticks } from './coach-deal.ts'
import { findDealDay } from './deals-store.ts'
import { findAskName, hasSegments } from './deal-names-store.ts'
import { listOpenDeals } from './pipeline-names-store.ts'
import { ageLimits, type DealYardsticks } from './deal-yardsticks-store.ts'
import { findMainCurrency, listOldest, pipelineScope, type PipelineFilter } from './pipeline-store.ts'
import { tallyPipeline } from './pipeline-tally-store.ts'
import { outlookOf, readMovement, readStance } from './pipeline-outlook.ts'
import { findReps } from './reps-store.ts'
import { resolvePipelineName, type ResolvedName } from './resolve-pipeline-name.ts'

const Name = z.string().trim().min(1).max(200)

export const ReviewPipelineInput = z.strictObject({
  group: z.enum(PIPELINE_GROUPINGS).optional().describe('Break the figures down by this.'),
  rep: Name.optional().describe('Only this rep: name or id.'),
  manager: Name.optional().describe('Only reps of this manager.'),
  product: Name.optional().describe('Only this product: name or id.'),
  segment: Name.optional().describe('Only clients of this segment or industry.'),
  stage: z
    .enum(['prospecting', 'qualification', 'proposal', 'negotiation'])
    .optional()
    .describe('Only deals in this stage.'),
  only: Name.optional().describe(
    'Only this rep, manager, product, segment or client, when it is not clear which of them it is.',
  ),
  focus: z
    .enum(PIPELINE_FOCUSES)
    .optional()
    .describe('What the answer begins with: changes since a day, forecast, quota coverage, ageing or concentration.'),
  since: z.iso.date().optional().describe('The day to compare with, YYYY-MM-DD; a week ago unless given.'),
})
export type ReviewPipelineInput = z.infer<typeof ReviewPipelineInput>

const OLDEST_SHOWN = 10
const NAMED_SHOWN = 6

/** Open deals, win rate, cycle and ageing of what the principal sees; totals are counted in SQL. */
export async function reviewPipeline(
  needs: Yardsticks & { readonly database: Database; readonly clock: Clock },
  principal: Principal,
  input: ReviewPipelineInput,
): Promise<SkillOutcome<PipelineFigures>> {
  // Before the transaction, for they may need a connection of their own.
  const yardsticks = await needs.yardsticksOf(principal)
  return needs.database.inSnapshot(async (snapshot) => {
    const asOf = await findDealDay(snapshot, dayOf(needs.clock.now()))
    const named = await filterFor(snapshot, principal, input)
    return named.kind === 'found' ? review(snapshot, principal, { input, asOf, yardsticks, ...named }) : named
  })
}

/** The filters with their names resolved, or the question whom or what was meant. */
async function filterFor(handle: Handle, { visible }: Principal, input: ReviewPipelineInput): Promise<ResolvedName> {
  const { rep, manager, only, ...rest } = input
  const wanted = [
    ...(rep === undefined ? [] : [await resolveRep(handle, visible, rep)]),
    ...(manager === undefined
      ? []
      : [await resolvePipelineName(handle, visible, { text: manager, kinds: ['manager'] })]),
    ...(only === undefined ? [] : [await resolvePipelineName(handle, visible, { text: only })]),
  ]
  const unclear = wanted.find((name) => name.kind !== 'found')
  if (unclear) return unclear
  const found = wanted.flatMap((name) => (name.kind === 'found' ? [name] : []))
  return {
    kind: 'found',
    filter: Object.assign(filterOf(rest), ...found.map((name) => name.filter)),
    words: [...found.map((name) => name.words), ...filterWords(rest)].join(', '),
  }
}

/** Any rep in sight, also one without deals. */
async function resolveRep(handle: Handle, visible: Principal['visible'], text: string): Promise<ResolvedName> {
  const reps = await findReps(handle, visible, text)
  const [rep] = reps
  if (rep === undefined) return nobody(text)
  if (reps.length === 1) return { kind: 'found', filter: { repId: rep.id }, words: `rep ${rep.name}` }
  const candidates = reps.slice(0, 8).map(({ id, name }) => ({ kind: 'rep' as const, id, label: name }))
  return { kind: 'choice', question: `Which rep do you mean by "${text}"?`, candidates }
}

interface ReviewRequest {
  readonly words: string
  readonly input: ReviewPipelineInput
  readonly filter: PipelineFilter
  readonly asOf: Day
  readonly yardsticks: DealYardsticks
}

async function review(
  snapshot: Snapshot,
  principal: Principal,
  request: ReviewRequest,
): Promise<SkillOutcome<PipelineFigures>> {
  const { input, filter, asOf, words, yardsticks } = request
  const { visible } = principal
  const scope = pipelineScope(visible, filter)
  const currency = await findMainCurrency(snapshot, scope)
  const terms = { visible, scope, filter, asOf, currency, yardsticks, since: input.since }
  // Each half goes through the open deals several times; one after the other they would be slow.
  const [{ counts, stance }, movement] = await snapshot.both(
    async (handle) => ({
      counts: await countPipeline(handle, { ...request, scope, currency }),
      stance: await readStance(handle, terms),
    }),
    (handle) => readMovement(handle, terms),
  )
  if (counts.all.openDeals + counts.all.won + counts.all.lost === 0) return nothingFound(words)
  const { largest, unvalued } = counts
  const figures = { ...pipelineFigures(counts), largest, unvalued }
  const outlook = outlookOf(stance, movement, { figures, focus: input.focus ?? 'overview', asOf, currency })
  const oldest = figures.ageing?.oldest[0]
  const result = describePipeline(
    { ...figures, outlook },
    {
      asOf,
      otherCurrencyDeals: counts.all.otherCurrencyRows,
      usesIndustry:
        (input.group === 'segment' || filter.segment !== undefined) && !(await hasSegments(snapshot, visible)),
      oldestDealName: oldest ? await findAskName(snapshot, visible, oldest.deal.id) : null,
    },
  )
  return { kind: 'result', result }
}

async function countPipeline(
  handle: Handle,
  {
    input,
    asOf,
    words,
    yardsticks,
    scope,
    currency,
  }: ReviewRequest & { readonly scope: Sql; readonly currency: string },
) {
  // What is old is judged by all won deals in sight, whatever the filter: one rep alone has too few.
  const limits = ageLimits(yardsticks)
  const { all, stages, groups } = await tallyPipeline(handle, scope, { asOf, currency, limits, by: input.group })
  const pick = { currency, limit: NAMED_SHOWN }
  return {
    filters: words === '' ? [] : [words],
    currency,
    limits,
    all,
    stages,
    groups: input.group ? { by: input.group, tallies: groups } : null,
    oldest:
      limits === null
        ? []
        : await listOldest(handle, scope, { asOf, olderThanDays: limits.p90Days, limit: OLDEST_SHOWN }),
    largest: await listOpenDeals(handle, scope, { pick: 'largest', ...pick }),
    unvalued: await listOpenDeals(handle, scope, { pick: 'unvalued', ...pick }),
  }
}

type PlainFilters = Pick<ReviewPipelineInput, 'product' | 'segment' | 'stage'>

function filterOf({ product, segment, stage }: PlainFilters): PipelineFilter {
  return { product, segment, stage }
}

function filterWords(input: PlainFilters): string[] {
  return (['product', 'segment', 'stage'] as const).flatMap((name) =>
    input[name] === undefined ? [] : [`${name} ${input[name]}`],
  )
}

function nobody(name: string): ResolvedName {
  return {
    kind: 'nothing',
    reason: `There is no rep called "${name}" whom you may see.`,
    remedy: 'Check the spelling, or ask for the whole pipeline.',
  }
}

function nothingFound(filters: string): SkillOutcome<PipelineFigures> {
  if (filters === '') {
    return {
      kind: 'nothing',
      reason: 'There are no deals that you may see.',
      remedy: 'Import deals, or ask for a wider view of the rows.',
    }
  }
  return {
    kind: 'nothing',
    reason: `There are no deals for ${filters} that you may see.`,
    remedy: 'Check the spelling, or ask for the whole pipeline.',
  }
}
