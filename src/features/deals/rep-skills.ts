import { join } from 'node:path'
import type { Clock } from '#domain/clock.ts'
import type { Skill } from '#domain/skill.ts'
import { createMethodShelf } from '#platform/methods/method-shelf.ts'
import type { Database } from '#platform/postgres/database.ts'
import { defineSkill } from '#platform/skills/define-skill.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import type { DealMemory, Yardsticks } from './coach-deal.ts'
import { handleObjection, HandleObjectionInput } from './handle-objection.ts'
import { planSkills, PlanSkillsInput } from './plan-skills.ts'
import { prepareMeeting, PrepareMeetingInput } from './prepare-meeting.ts'
import { reviewPerformance, ReviewPerformanceInput } from './review-performance.ts'

interface Needs extends DealMemory, Yardsticks {
  readonly database: Database
  readonly clock: Clock
  /** Where the methods lie; those that come with Sophia when absent. */
  readonly methodsFolder?: string
}

/** Marcus's skills over reps, objections and meetings, as data. */
export function createRepSkills(needs: Needs): Skill[] {
  const methods = createMethodShelf(needs.methodsFolder ?? join(PACKAGE_ROOT, 'personas/methods'))
  const withMethods = { ...needs, methods }
  return [
    defineSkill(ReviewPerformanceInput, {
      name: 'review-performance',
      title: "Review a rep's performance",
      description:
        'One rep against their own earlier days and against peers: win rate, cycle, value, activity, gaps in open deals, losses and quota, with intervals. Give the rep by name or id.',
      action: 'skill:run',
      effect: 'read',
      run: (call, input) => reviewPerformance(needs, call.principal, input),
    }),
    defineSkill(PlanSkillsInput, {
      name: 'plan-skills',
      title: 'Plan skills',
      description:
        "A practice plan of six weeks for the gaps that a rep's own rows show, with exercises, check-ins and the change that could be noticed. Give the rep by name or id.",
      action: 'skill:run',
      effect: 'read',
      run: (call, input) => planSkills(withMethods, call.principal, input),
    }),
    defineSkill(HandleObjectionInput, {
      name: 'handle-objection',
      title: 'Handle an objection',
      description:
        "A written way of answering an objection, matched to its words and to the deal, with how such deals ended. Give the objection in the buyer's words.",
      action: 'skill:run',
      effect: 'read',
      run: (call, input) => handleObjection(withMethods, call.principal, input),
    }),
    defineSkill(PrepareMeetingInput, {
      name: 'prepare-meeting',
      title: 'Prepare a meeting',
      description:
        'One page before a meeting: people and roles, last touches, open commitments, risks, three questions to ask and the numbers. Give a deal, a client, a coming meeting, or "next".',
      action: 'skill:run',
      effect: 'read',
      run: (call, input) => prepareMeeting(needs, call.principal, input),
    }),
  ]
}
