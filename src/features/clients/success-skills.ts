import { z } from 'zod'
import { SUCCESS_TIMELINES } from '#domain/client/success.ts'
import type { Principal } from '#domain/permission.ts'
import type { Skill, SkillOutcome } from '#domain/skill.ts'
import { defineSkill } from '#platform/skills/define-skill.ts'
import { planClientIntervention } from './plan-intervention.ts'
import { planClientSuccess } from './plan-success.ts'
import { prepareClientQbr } from './prepare-qbr.ts'
import type { SuccessNeeds } from './read-success-facts.ts'
import { resolveClient } from './resolve-client.ts'

const ClientInput = z.strictObject({
  client: z.string().trim().min(1).max(300).describe('The client: its id, its name, or words of its name.'),
})
const SuccessInput = ClientInput.extend({
  timeline: z.enum(SUCCESS_TIMELINES).optional().describe('How long the plan runs; a quarter unless told.'),
  goals: z
    .array(z.string().trim().min(1).max(200))
    .max(6)
    .optional()
    .describe('Goals in the words of the person; without them they come from what is weakest.'),
})

/** Sarah's plans and reviews for one client, as skills. */
export function createSuccessSkills(needs: SuccessNeeds): Skill[] {
  return [
    defineSkill(ClientInput, {
      name: 'plan-intervention',
      title: 'Plan an intervention',
      description:
        'What calls for stepping in at one client, how soon, whom to talk to, which steps by which day, and the figure by which one will see that it worked. Give the client by name or id.',
      action: 'skill:run',
      effect: 'read',
      run: ({ principal }, { client }) =>
        forClient(needs, { principal, text: client, run: (id) => planClientIntervention(needs, principal, id) }),
    }),
    defineSkill(SuccessInput, {
      name: 'plan-success',
      title: 'Plan success',
      description:
        'A success plan for one client over a quarter, half-year or year: goals with a measure, today and a reachable target, phases, check-ins and people. Give the client by name or id, and goals if there are any.',
      action: 'skill:run',
      effect: 'read',
      run: ({ principal }, { client, timeline = 'quarter', goals = [] }) =>
        forClient(needs, {
          principal,
          text: client,
          run: (id) => planClientSuccess(needs, principal, { id, timeline, goals }),
        }),
    }),
    defineSkill(ClientInput, {
      name: 'prepare-qbr',
      title: 'Prepare a quarterly review',
      description:
        'The figures of a printable quarterly business review of one client: usage by week, adoption, support, payments, value delivered, what happened, commitments, health, renewal, and proposals. Give the client by name or id.',
      action: 'skill:run',
      effect: 'read',
      run: ({ principal }, { client }) =>
        forClient(needs, { principal, text: client, run: (id) => prepareClientQbr(needs, principal, id) }),
    }),
  ]
}

interface ClientRun {
  readonly principal: Principal
  readonly text: string
  readonly run: (id: string) => Promise<SkillOutcome>
}

/** Runs for the one client a text means, or asks which. */
async function forClient(needs: SuccessNeeds, { principal, text, run }: ClientRun): Promise<SkillOutcome> {
  const client = await resolveClient(needs, principal, text)
  return client.kind === 'found' ? run(client.id) : client
}
