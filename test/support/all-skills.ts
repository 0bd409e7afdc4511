import assert from 'node:assert/strict'
import pino from 'pino'
import type { Clock } from '#domain/clock.ts'
import type { Principal } from '#domain/permission.ts'
import type { Skill, SkillOutcome, SkillResult } from '#domain/skill.ts'
import { createClients } from '#features/clients/index.ts'
import { createCalls } from '#features/deals/calls.ts'
import { createDeals } from '#features/deals/index.ts'
import { createDrafts } from '#features/drafts/index.ts'
import { createHome } from '#features/home/index.ts'
import type { Database } from '#platform/postgres/database.ts'

/** The rooms that have skills, on a test database, without models, mail or memory. */
export function createSkillRooms(database: Database, clock: Clock) {
  const deals = createDeals({ database, clock })
  const { listDealsOfClient } = deals
  const clients = createClients({ database, clock, listDealsOfClient })
  const calls = createCalls({ database, clock })
  const drafts = createDrafts({
    database,
    clock,
    log: pino({ level: 'silent' }),
    jobs: { define: () => undefined, send: () => Promise.resolve(), sendAgain: () => Promise.resolve(false) },
    mailer: null,
    publicUrl: 'http://127.0.0.1:8000',
    findFollowUpFacts: calls.findFollowUpFacts,
    applyDealUpdate: calls.applyDealUpdate,
  })
  const skills: readonly Skill[] = [...deals.skills, ...calls.skills, ...drafts.skills, ...clients.skills]
  const home = createHome({ deals, clients, clock, countDrafts: drafts.countWaiting })

  function runSkill(principal: Principal, name: string, input: unknown): Promise<SkillOutcome> {
    const skill = skills.find((candidate) => candidate.name === name)
    assert.ok(skill, name)
    return skill.run({ principal, input: skill.parse(input), signal: new AbortController().signal })
  }

  /** The answer of a skill that must have one; `Figures` is the shape that the skill's name promises. */
  async function resultOf<Figures>(
    principal: Principal,
    name: string,
    input: unknown,
  ): Promise<SkillResult & { figures: Figures }> {
    const outcome = await runSkill(principal, name, input)
    assert.ok(outcome.kind === 'result', `${name}: ${JSON.stringify(outcome)}`)
    return { ...outcome.result, figures: outcome.result.figures as Figures }
  }

  return { deals, clients, calls, drafts, home, skills, runSkill, resultOf }
}
