import { countOf } from '../figure-text.ts'
import { confidenceFrom, type Coverage, type Evidence, type NextStep, type SkillResult } from '../skill.ts'
import type { HealthAssessment } from './assess-health.ts'
import type { HealthRows } from './health-rows.ts'
import { measureOf, type UsagePoint } from './intervention-measure.ts'
import { interventionTriggers } from './intervention-triggers.ts'
import { actBy, rateUrgency, spreadDays } from './intervention-urgency.ts'
import type { InterventionContact, InterventionFigures, InterventionMethod, Urgency } from './intervention.ts'
import { contactEvidence, knownContacts } from './relationship-health.ts'

export interface InterventionFacts {
  readonly rows: HealthRows
  readonly assessment: HealthAssessment
  readonly usage: readonly UsagePoint[]
  readonly titles: ReadonlyMap<string, string | null>
  readonly medianArrMicros: number | null
  readonly pastInterventions: number
  readonly methods: readonly InterventionMethod[]
}

/** Rows from which on more of them add nothing to confidence. */
const ENOUGH_ROWS = 30
const STEPS_SHOWN = 8
const CHAMPION = /champion/i
const BUYER = /economic|buyer|exec|decision|sponsor/i

const URGENCY_WORDS: Record<Urgency, string> = {
  immediate: 'Act at once',
  this_week: 'Act this week',
  this_month: 'Act this month',
  none: 'Nothing to do',
}

/** The whole skill result: what calls for stepping in, how soon, who, what, by when, and how one will see that it worked. */
export function planIntervention(facts: InterventionFacts): SkillResult<InterventionFigures> {
  const { rows, assessment } = facts
  const asOf = rows.days.clients
  const [trigger = null, ...alsoSeen] = interventionTriggers(rows)
  const { client, score, band } = assessment.figures
  const urgency = rateUrgency(trigger, {
    renewalInDays: client.renewalInDays,
    arr: client.arr,
    medianArrMicros: facts.medianArrMicros,
  })
  const byDay = actBy(urgency.urgency, asOf, client.renewalOn)
  const method = trigger === null ? undefined : facts.methods.find((one) => one.triggers.includes(trigger.name))
  const texts = (method?.steps ?? []).slice(0, STEPS_SHOWN)
  const days = byDay === null ? [] : spreadDays(texts.length, asOf, byDay)
  const figures: InterventionFigures = {
    client,
    health: { score, band },
    trigger,
    alsoSeen,
    urgency,
    who: { ours: client.csmName ?? client.ownerName, theirs: contactFor(rows, facts.titles) },
    method: method === undefined ? null : { id: method.id, title: method.title, approach: method.approach },
    steps: texts.map((text, index) => ({ text, byDay: days[index] ?? asOf })),
    byDay,
    measure: trigger === null || byDay === null ? null : measureOf(trigger, rows, { usage: facts.usage, byDay }),
    pastInterventions: facts.pastInterventions,
  }
  const coverage = coverageOf(figures, assessment.coverage)
  return {
    skill: 'plan-intervention',
    asOf,
    headline: headlineOf(figures),
    coverage,
    confidence: confidenceFrom(coverage, { rows: rowCount(rows), enough: ENOUGH_ROWS }),
    caveats: caveatsOf(figures),
    evidence: evidenceOf(figures),
    nextStep: nextStepOf(figures),
    figures,
  }
}

/** Whom to talk to: a champion who is still there, else who decides, else whoever was spoken with last. */
function contactFor(rows: HealthRows, titles: ReadonlyMap<string, string | null>): InterventionContact | null {
  const asOf = rows.days.contacts
  const here = knownContacts(rows)
    .filter((row) => row.leftOn === null || row.leftOn > asOf)
    .toSorted((a, b) => (b.lastContactedOn ?? '').localeCompare(a.lastContactedOn ?? '') || a.id.localeCompare(b.id))
  const champion = here.find((row) => CHAMPION.test(row.role ?? ''))
  const buyer = here.find((row) => BUYER.test(row.role ?? ''))
  const chosen = champion ?? buyer ?? here[0]
  if (chosen === undefined) return null
  const reason =
    chosen === champion
      ? 'champion, still there'
      : chosen === buyer
        ? 'decides, and no champion is left'
        : 'spoken with last; neither champion nor decision maker is on record'
  return {
    contact: contactEvidence(chosen),
    title: titles.get(chosen.id) ?? null,
    role: chosen.role,
    lastContactedOn: chosen.lastContactedOn,
    reason,
  }
}

function headlineOf({ client, trigger, urgency, byDay, health }: InterventionFigures): string {
  if (trigger === null) {
    return health.score === null
      ? `Nothing stored about ${client.name} could call for an intervention: there are no rows to look at.`
      : `Nothing calls for an intervention at ${client.name}: no trigger in the stored rows.`
  }
  return `${URGENCY_WORDS[urgency.urgency]} at ${client.name}, by ${byDay ?? 'no day'}. ${trigger.text}`
}

/** What the health model could read, and what an intervention needs besides. */
function coverageOf(figures: InterventionFigures, health: Coverage): Coverage {
  const { client, who, trigger, method } = figures
  const wanted = [
    { input: 'renewal day', has: client.renewalOn !== null, remedy: 'Import clients with renewal_on.' },
    { input: 'yearly revenue', has: client.arr !== null, remedy: 'Import clients with arr.' },
    { input: 'who serves the client', has: who.ours !== null, remedy: 'Import clients with csm or owner.' },
    {
      input: 'somebody to talk to',
      has: who.theirs !== null,
      remedy: 'Import contacts of this client with their role.',
    },
    ...(trigger === null
      ? []
      : [
          {
            input: `a method for ${trigger.label.toLowerCase()}`,
            has: method !== null,
            remedy: `Add a file with the trigger ${trigger.name} to personas/methods/interventions.`,
          },
        ]),
  ]
  return {
    present: [...health.present, ...wanted.filter(({ has }) => has).map(({ input }) => input)],
    missing: [...health.missing, ...wanted.filter(({ has }) => !has).map(({ input, remedy }) => ({ input, remedy }))],
  }
}

function caveatsOf({ trigger, pastInterventions, measure, client }: InterventionFigures): string[] {
  const caveats = [
    pastInterventions === 0
      ? 'No past intervention is recorded, so how often such steps worked is not known.'
      : `${countOf(pastInterventions, 'past intervention')} on record among the clients you see; how they ended is not recorded, so no chance of success is given.`,
  ]
  if (trigger === null) return []
  if (measure?.noise === null)
    caveats.push('Too few rows to say which change would be more than the usual ups and downs.')
  if (client.renewalInDays !== null && client.renewalInDays < 0)
    caveats.push('The renewal day has passed and nothing newer is on record.')
  return caveats
}

function evidenceOf({ client, trigger, alsoSeen, who, measure }: InterventionFigures): Evidence[] {
  const all: Evidence[] = [
    { kind: 'client', id: client.id, label: client.name },
    ...(trigger?.evidence ?? []),
    ...(who.theirs === null ? [] : [who.theirs.contact]),
    ...(measure?.evidence ?? []),
    ...alsoSeen.flatMap((other) => other.evidence),
  ]
  return distinctEvidence(all).slice(0, 30)
}

/** Each row once, in the order given. */
export function distinctEvidence(all: readonly Evidence[]): Evidence[] {
  return all.filter(
    (item, index) => all.findIndex((other) => other.kind === item.kind && other.id === item.id) === index,
  )
}

function nextStepOf({ client, trigger, steps, who }: InterventionFigures): NextStep {
  const open: Evidence = { kind: 'client', id: client.id, label: client.name }
  if (trigger === null)
    return { text: `Keep the rhythm with ${client.name}; ask for its health when something changes.`, open }
  const first = steps[0]
  const person = who.theirs === null ? '' : ` Start with ${who.theirs.contact.label}.`
  return { text: `${first === undefined ? 'Talk to the client.' : first.text}${person}`, open }
}

function rowCount(rows: HealthRows): number {
  const usage =
    rows.usage.length + (rows.usageWindows ?? []).reduce((most, window) => Math.max(most, window.activeRows), 0)
  return usage + rows.activities.length + rows.tickets.length + rows.invoices.length + rows.contacts.length
}
