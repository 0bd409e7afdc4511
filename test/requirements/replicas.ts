import { prove, type Requirement } from './requirement.ts'

const queue = 'src/features/conversations/queue.test.ts'
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
]
