import { prove, type Requirement } from './requirement.ts'

/** Many processes under faults, and the rules alone in virtual time. */
export const CHAOS: readonly Requirement[] = [
  {
    id: 'N/rage',
    source: 'replicas, chaos',
    behaviour:
      'Under any fault of processes, database, Redis, lines, disk and clocks nothing acknowledged is lost or doubled, every answer ends, and nobody reads what is another’s.',
    provenBy: [
      ...prove(
        'test/chaos/cluster.test.ts',
        'three replicas under every fault once: nothing acknowledged is lost or doubled, every answer ends, and nobody reads what is another’s',
      ),
      ...prove(
        'test/chaos/check-history.test.ts',
        'a good history has no breach, whatever the order of keys in the journal',
        'every invariant has an example here that breaks it',
      ),
      ...prove(
        'test/chaos/check-takeovers.test.ts',
        'takeovers within a lease of the return of the database are told, with their number and the first',
      ),
      ...prove(
        'test/chaos/check-cache.test.ts',
        'who reads what they changed themselves, later and in whatever order it is told, has the change',
        'another has the change half a minute later at the latest',
      ),
      ...prove(
        'test/chaos/mutations.test.ts',
        'every fault that runs plant fits the source as it is, and no two have one name',
      ),
    ],
  },
]
