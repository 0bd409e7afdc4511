import type { Clock } from '#domain/clock.ts'
import type { Skill } from '#domain/skill.ts'
import type { Database } from '#platform/postgres/database.ts'
import { defineSkill } from '#platform/skills/define-skill.ts'
import { coachDeal, CoachDealInput, type DealMemory, type Yardsticks } from './coach-deal.ts'
import { recordNextStep, RecordNextStepInput } from './record-next-step.ts'
import { reviewPipeline, ReviewPipelineInput } from './review-pipeline.ts'

interface Needs extends DealMemory, Yardsticks {
  readonly database: Database
  readonly clock: Clock
}

/** Marcus's skills over deals, as data. */
export function createDealSkills(needs: Needs): Skill[] {
  return [
    defineSkill(ReviewPipelineInput, {
      name: 'review-pipeline',
      title: 'Review the pipeline',
      description:
        'Open deals and value by stage, win rate, days to win and ageing, for everything the asker sees or one rep, manager, product, segment or stage; optionally broken down by one of these.',
      action: 'skill:run',
      effect: 'read',
      run: (call, input) => reviewPipeline(needs, call.principal, input),
    }),
    defineSkill(CoachDealInput, {
      name: 'coach-deal',
      title: 'Coach a deal',
      description:
        'Risk signals of one deal with evidence and what removes each, its risk level and its chance of winning. Give the deal by name or id.',
      action: 'skill:run',
      effect: 'read',
      run: (call, input) => coachDeal(needs, call.principal, input),
    }),
    defineSkill(RecordNextStepInput, {
      name: 'record-next-step',
      title: 'Record a next step',
      description:
        'Writes the agreed next step and its due day on one open deal. Only when the asker wants it recorded.',
      action: 'tool:approve',
      effect: 'write',
      run: ({ principal, idempotencyKey }, input) => recordNextStep(needs, { principal, input, idempotencyKey }),
    }),
  ]
}
