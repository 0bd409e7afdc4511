import { prove, type Requirement } from './requirement.ts'

const queue = 'src/features/conversations/queue.test.ts'
const overload = 'src/domain/overload/overload.test.ts'
const gate = 'src/http/admission-gate.test.ts'
const stall = 'src/domain/turn/stall.test.ts'

/** What holds when several processes answer many people. */
export const REPLICAS: readonly Requirement[] = [
  {
    id: 'N/fair',
    source: 'replicas, ownership of turns',
    behaviour: 'Questions are claimed fairly over members, each once, and who waits knows the place in the queue.',
    provenBy: [
      ...prove(
        queue,
        'who asks one question does not wait for another who asked ten',
        'of one member the oldest question is answered first, and all are answered in the end',
        'processes that claim at the same time share the queue out: each turn once, and none is left',
        'a queued turn tells its place, by the order of claiming',
      ),
      ...prove(
        'web/src/state/queue-words.test.ts',
        'whoever waits reads how many come before, and nothing that is not known',
      ),
    ],
  },
  {
    id: 'N/admission',
    source: 'replicas, ownership of turns',
    behaviour: 'A full queue refuses the next question at once, with a time to come back, and stores nothing of it.',
    provenBy: prove(
      queue,
      'when too many questions wait, the next is refused with a time to come back, and was not stored',
    ),
  },
  {
    id: 'N/stalls',
    source: 'replicas, ownership of turns',
    behaviour: 'A turn that hangs, or that nobody claims, is noticed, counted and told.',
    provenBy: [
      ...prove(
        queue,
        'a turn that hangs is counted and makes the health degraded until it goes on',
        'a due turn that nobody claims for long is told with how long it has waited',
      ),
      ...prove(
        stall,
        'an attempt stalls when no model begins, or begins and says nothing, each after its own time',
        'one that waits for a person, or has spoken, does not stall however long it takes',
      ),
    ],
  },
  {
    id: 'N/overload',
    source: 'replicas, overload',
    behaviour:
      'Of five times what can be done nearly as much is done as can be, answers to people first, and soon after all is as before.',
    provenBy: [
      ...prove(
        overload,
        'at five times the load nearly as much is done as can be, in a bounded time, and soon after nothing is refused',
        'in a storm of pages and background work, answers to people are hardly refused',
        'a burst that can be worked off in a moment is not refused',
      ),
      ...prove(
        gate,
        'what finds no room waits by rank, and is refused after a moment',
        'over HTTP: a full house answers 503 with a time to come back, without asking who it is; monitors are let in',
      ),
    ],
  },
]
