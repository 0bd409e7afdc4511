import { PREWARMED_SKILLS } from '#domain/cache-policy/policy.ts'
import type { Skill } from '#domain/skill.ts'
import { createAccess } from '#features/access/index.ts'
import { createClients } from '#features/clients/index.ts'
import { countOpenTurns } from '#features/conversations/index.ts'
import { createCalls } from '#features/deals/calls.ts'
import { createDeals } from '#features/deals/index.ts'
import { createDrafts } from '#features/drafts/index.ts'
import { createEvidence } from '#features/evidence/index.ts'
import { createHotSkills } from '#features/cache/hot-skills.ts'
import { createHome } from '#features/home/index.ts'
import { createMemory, type Memories } from '#features/memory/index.ts'
import { type Tools } from '#features/tools/index.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { RECORD_KINDS, createEpochs } from '#platform/cache/data-epochs.ts'
import { keepResults } from '#platform/skills/keep-results.ts'
import { createId } from '#platform/crypto/ids.ts'
import { keepAnswers } from '#platform/models/keep-answers.ts'
import { keepVectors } from '#platform/models/keep-vectors.ts'
import { createStandings } from '../worker/standings.ts'
import { openCalendar, wireCache, wireOperations, wirePost, wireTools, wireWakeups } from './wire-parts.ts'
import type { Foundation } from './foundation.ts'
import { wireCertificate } from './wire-certificate.ts'
import { wireModels } from './wire-models.ts'

/** What the colleagues work on and with: who asks, records, memory, models, drafts, and the skills over all of it. */
export async function wireWork(foundation: Foundation & ReturnType<typeof wireOperations>) {
  const { log, publicUrl, database, keeping } = foundation
  // Asked for lifetimes only once the rooms stand.
  const kept = wireCache(foundation, { seasonOf: (...moment) => calendar.seasonOf(...moment) })
  const wakeups = wireWakeups(foundation)
  const access = createAccess({ database, keeping, clock, log, publicUrl, cache: kept.cache, wakeups })
  const servers = () => tools.listServers()
  const hooks = { servers, countOpenTurns: () => database.read(countOpenTurns), audit: access.recordAudit }
  const calendar = await openCalendar(foundation, hooks)
  const { models, budgets, costOf } = await wireModels({ ...foundation, calendar })
  const post = wirePost(foundation)
  const epochs = createEpochs(foundation)
  const epochOf = () => epochs.of(RECORD_KINDS)
  const { jobs } = post
  const shared = {
    ...foundation,
    clock,
    processId: createId(),
    ...kept,
    wakeups,
    jobs,
    epochs,
    chain: foundation.config.models.keepsAnswers ? keepAnswers(models.chain, { ...kept, costOf }) : models.chain,
    budget: budgets,
    principalOf: access.principalOf,
    onAudit: access.recordAudit,
  }
  const memories = createMemory({
    ...shared,
    embedder: models.embedder && keepVectors(models.embedder, kept.cache),
    // Defined below: nothing is remembered before the rooms stand.
    onSharedFactChanged: (subject) => standings.refreshOne(subject),
  })
  const { deals, clients, calls } = wireRecords({ ...foundation, memories, epochOf })
  const evidence = createEvidence({ database, clock, readMemories: memories.evidence })
  const drafts = createDrafts({
    ...shared,
    mailer: post.mailer,
    findFollowUpFacts: calls.findFollowUpFacts,
    applyDealUpdate: calls.applyDealUpdate,
    onDealChanged: (id) => standings.refreshOne({ kind: 'deal', id }),
  })
  const home = createHome({ deals, clients, clock, epochOf, countDrafts: drafts.countWaiting })
  const standings = createStandings({ deals, clients, calls, home, jobs, log })
  const ofRecords = keepResults([...deals.skills, ...calls.skills, ...clients.skills], {
    ...shared,
    onAsked: (use) => hotSkills.note(use),
  })
  const hotSkills = createHotSkills({
    ...shared,
    epochOf,
    skills: () => ofRecords,
    wanted: () => calendar.number('cache.skill-result.prewarm', PREWARMED_SKILLS),
    freshSince: () => calendar.seasonOf('skill-result', clock.now().getTime()).freshSinceMs,
    losses: kept.cache.losses,
    onPrewarmed: (result) => foundation.metrics.cachePrewarmed.inc({ class: 'skill-result', result }),
  })
  // Writing a draft stores it, so that it is never answered from what is kept.
  const skills: readonly Skill[] = [...ofRecords, ...drafts.skills]
  const tools: Tools = wireTools({ ...shared, calendar })
  const rooms = { access, budgets, calendar, calls, clients, deals, drafts, evidence, home, memories, standings, tools }
  return { ...shared, ...rooms, ...wireCertificate(foundation), hotSkills, models, post, skills }
}

/** The rooms over the company's records; what is remembered bears on both. */
type RecordParts = Foundation & { readonly memories: Memories; readonly epochOf: () => Promise<string> }

function wireRecords({ database, memories, epochOf }: RecordParts) {
  const { recallFacts, sharedFacts } = memories
  const deals = createDeals({ database, clock, epochOf, recallFacts, sharedFacts })
  const { listDealsOfClient } = deals
  const clients = createClients({ database, clock, recallFacts, sharedFacts, listDealsOfClient })
  return { deals, clients, calls: createCalls({ database, clock, onCallsRead: memories.noteTranscripts }) }
}
