import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { commonTraits } from '#domain/deal/alike-deals.ts'
import { describeObjection } from '#domain/deal/describe-objection.ts'
import {
  isAbout,
  matchObjection,
  type AlikeDeals,
  type ObjectionDeal,
  type ObjectionFigures,
  type ObjectionMatch,
  type ObjectionMethod,
} from '#domain/deal/objection.ts'
import type { Principal } from '#domain/permission.ts'
import type { Evidence, SkillOutcome } from '#domain/skill.ts'
import { faultSentences, type MethodShelf } from '#platform/methods/method-shelf.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { findDealDay } from './deals-store.ts'
import { findObjectionDeal, findRivalDeals, listReasons, type RivalRow } from './objection-store.ts'
import { resolveDeal } from './resolve-deal.ts'

export const HandleObjectionInput = z.strictObject({
  objection: z.string().trim().min(1).max(2000).describe("The objection, best in the buyer's own words."),
  deal: z.string().trim().min(1).max(300).optional().describe('The deal it was heard in: name or id.'),
})
export type HandleObjectionInput = z.infer<typeof HandleObjectionInput>

interface Needs {
  readonly database: Database
  readonly clock: Clock
  readonly methods: MethodShelf
}

const OTHERS_SHOWN = 2
const EVIDENCE_SHOWN = 6

/** A written way of answering, matched to the words of the objection and to the deal, with how such deals ended. */
export async function handleObjection(
  needs: Needs,
  principal: Principal,
  input: HandleObjectionInput,
): Promise<SkillOutcome<ObjectionFigures>> {
  const { objections, faults } = await needs.methods.read()
  const about = faults.filter(({ file }) => file.startsWith('objections/'))
  return needs.database.inSnapshot(async (handle) => {
    const asOf = await findDealDay(handle, dayOf(needs.clock.now()))
    const found =
      input.deal === undefined
        ? undefined
        : await resolveDeal(handle, principal.visible, { text: input.deal, use: 'read' })
    if (found !== undefined && found.kind !== 'found') return found
    const deal = found && (await findObjectionDeal(handle, principal.visible, found.id))
    const figures = await figuresOf(handle, principal, { objection: input.objection, deal: deal ?? null, objections })
    return { kind: 'result', result: describeObjection(figures, { asOf, faults: faultSentences(about) }) }
  })
}

interface Request {
  readonly objection: string
  readonly deal: ObjectionDeal | null
  readonly objections: readonly ObjectionMethod[]
}

async function figuresOf(
  handle: Handle,
  { visible }: Principal,
  { objection, deal, objections }: Request,
): Promise<ObjectionFigures> {
  const matches = matchObjection(objection, objections, deal)
  const chosen = matches[0] ?? null
  const rivals =
    deal === null || deal.competitor === null ? null : await findRivalDeals(handle, visible, deal.competitor)
  return {
    objection,
    deal,
    chosen,
    others: matches
      .slice(1, 1 + OTHERS_SHOWN)
      .map(({ method, found }) => ({ kind: method.kind, name: method.name, found })),
    kinds: objections.map((method) => method.kind),
    lostAlike: chosen === null ? null : lostAlike(await listReasons(handle, visible), chosen),
    sameCompetitor:
      rivals === null
        ? null
        : {
            basis: `with ${deal?.competitor ?? ''} in the deal`,
            won: rivals.won,
            lost: rivals.lost,
            evidence: evidenceOf(rivals.ids ?? [], rivals.names ?? []),
          },
    traits: rivals === null ? [] : commonTraits(traitCounts(rivals), rivals),
  }
}

/** Lost deals whose recorded reason the chosen method's words recognise. */
function lostAlike(reasons: Awaited<ReturnType<typeof listReasons>>, { method }: ObjectionMatch): AlikeDeals {
  const alike = reasons.filter(({ reason }) => isAbout(reason, method))
  return {
    basis: method.name.toLowerCase(),
    won: 0,
    lost: alike.reduce((sum, { lost }) => sum + lost, 0),
    evidence: alike.flatMap(({ ids, names }) => evidenceOf(ids, names)).slice(0, EVIDENCE_SHOWN),
  }
}

function evidenceOf(ids: readonly string[], names: readonly string[]): Evidence[] {
  return ids.map((id, index) => ({ kind: 'deal', id, label: names[index] ?? id }))
}

function traitCounts(row: RivalRow) {
  return [
    { trait: 'a champion on record', won: row.wonChampion, lost: row.lostChampion },
    { trait: 'an economic buyer on record', won: row.wonBuyer, lost: row.lostBuyer },
    { trait: 'decision criteria on record', won: row.wonCriteria, lost: row.lostCriteria },
    { trait: 'a timeline on record', won: row.wonTimeline, lost: row.lostTimeline },
    { trait: 'a close that never moved', won: row.wonUnpushed, lost: row.lostUnpushed },
  ]
}
