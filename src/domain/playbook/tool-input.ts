import type { Day } from '../day.ts'
import type { ToolDefinition } from '../model.ts'
import { findDueDay } from './due-day.ts'
import { CRAFT_RECORDS, type CraftSkill } from './craft-skills.ts'
import { WHAT_STEP, WHICH_DAY, WHICH_RECORD } from './follow-up.ts'
import type { Placement } from './place-question.ts'
import type { RecordAtHand } from './reading.ts'

type SkillPlacement = Extract<Placement, { kind: 'skill' }>

/** What a call is filled from besides the question's own words. */
export interface CallContext {
  readonly record: RecordAtHand | null
  /** The asker's day; null when the turn does not say, and then no "tomorrow" is understood. */
  readonly today: Day | null
}

export type ToolInput = { readonly input: Readonly<Record<string, string | number>> } | { readonly ask: string }

/** The tool's input from what the question says, or the one thing to ask for. Fields the tool does not have are left out. */
export function toolInput(placement: SkillPlacement, tool: ToolDefinition, context: CallContext): ToolInput {
  const filled = fill(placement, context)
  if ('ask' in filled) return filled
  const { properties } = tool.inputSchema
  const known = typeof properties === 'object' && properties !== null ? properties : {}
  return { input: Object.fromEntries(Object.entries(filled.input).filter(([field]) => Object.hasOwn(known, field))) }
}

function fill(placement: SkillPlacement, context: CallContext): ToolInput {
  const { slots } = placement
  if (placement.skill === 'review-pipeline') {
    const { grouping, ...filters } = { ...reviewFilters(slots), grouping: slots.grouping }
    return { input: { ...(grouping ? { group: grouping } : {}), ...filters, ...slots.given } }
  }
  if (placement.skill === 'coach-deal') return withRecord('deal', slots.name, context)
  if (placement.skill === 'assess-health') return withRecord('client', slots.name, context)
  if (placement.skill === 'record-next-step') return nextStepInput(placement, context)
  if (placement.skill === 'handle-objection')
    return { input: { ...(slots.name === undefined ? {} : { deal: slots.name }), ...slots.given } }
  return craftInput(placement.skill, slots, context)
}

function craftInput(
  skill: Exclude<CraftSkill, 'handle-objection'>,
  { name, given }: SkillPlacement['slots'],
  { record }: CallContext,
): ToolInput {
  const about = CRAFT_RECORDS[skill]
  if (about === null) return { input: { ...given } }
  const wanted = name ?? (record !== null && about.kinds.includes(record.kind) ? record.id : undefined)
  return wanted === undefined
    ? { ask: WHICH_RECORD[about.kinds[0] ?? 'client'] }
    : { input: { [about.field]: wanted, ...given } }
}

function reviewFilters({ stage, segment, rep, manager, only }: SkillPlacement['slots']): Record<string, string> {
  return {
    ...(stage ? { stage } : {}),
    ...(segment ? { segment } : {}),
    ...(rep ? { rep } : {}),
    ...(manager ? { manager } : {}),
    ...(only ? { only } : {}),
  }
}

function withRecord(kind: RecordAtHand['kind'], name: string | undefined, { record }: CallContext): ToolInput {
  const wanted = name ?? (record?.kind === kind ? record.id : undefined)
  return wanted === undefined ? { ask: WHICH_RECORD[kind] } : { input: { [kind]: wanted } }
}

/** The step is written down as said, less the words that name its day. */
function nextStepInput({ slots }: SkillPlacement, context: CallContext): ToolInput {
  const deal = withRecord('deal', slots.name, context)
  if ('ask' in deal) return deal
  const { text, due } = slots.nextStep ?? {}
  if (text === undefined) return { ask: WHAT_STEP }
  const apart = due === undefined || context.today === null ? undefined : findDueDay(due, context.today)
  if (apart) return { input: { ...deal.input, nextStep: text, dueOn: apart.day } }
  const inside = context.today === null ? undefined : findDueDay(text, context.today)
  if (!inside) return { ask: `${WHICH_DAY} A next step needs a day: a date, a weekday, "tomorrow" or "end of month".` }
  return { input: { ...deal.input, nextStep: withoutPhrase(text, inside), dueOn: inside.day } }
}

/** Cut only where the phrase ends the step: in the middle the sentence would break. */
function withoutPhrase(text: string, phrase: { start: number; end: number }): string {
  const rest = text.slice(0, phrase.start).trim()
  return text.slice(phrase.end).trim() === '' && rest.length >= 3 ? rest.replace(/[,;]$/, '') : text
}
