import { prove, type Requirement } from './requirement.ts'

const answers = 'src/platform/models/keep-answers.test.ts'
const vectors = 'src/platform/models/keep-vectors.test.ts'
const results = 'test/integration/kept-results.test.ts'
const epochs = 'src/platform/cache/data-epochs.test.ts'
const shared = 'src/platform/cache/shared-cache.test.ts'
const faults = 'src/platform/cache/shared-faults.test.ts'
const ledger = 'src/features/cache/cache-ledger.test.ts'
const hot = 'src/features/cache/hot-skills.test.ts'

/** What is remembered instead of asked again, and what that may never change. */
export const CACHE: readonly Requirement[] = [
  {
    id: 'C/data',
    source: 'cache, results of skills and pages',
    behaviour:
      'Nothing kept answers from before a committed change, in any process, nor to anybody with another sight.',
    provenBy: [
      ...prove(
        results,
        'a result is kept for one member and sight, one input and one day',
        'what one process changed is not answered from before by any other',
        'every table that a kept skill, list or page reads moves an epoch',
      ),
      ...prove(
        epochs,
        'a change is felt by every reader once it is committed, not before, and never when it is rolled back',
        'folding moves nothing, also beside writers and another folding',
        'a kind that is moved by hand is another epoch for every reader, and the others are not',
      ),
    ],
  },
  {
    id: 'C/models',
    source: 'cache, answers of models and vectors',
    behaviour:
      'A paid model is asked once for what is the same to the letter, for one member, and only whole answers are kept.',
    provenBy: [
      ...prove(
        answers,
        'the same question of the same member is answered as before: the model is asked once, and what it cost is spared',
        'another member, and a request without one, is answered by the model',
        'any change in what the model would read is another question',
        'what was cut, refused, estimated or broken off is told as ever and never given again',
      ),
      ...prove(
        vectors,
        'only texts that were not seen go to the model, together, and all come back in order, exact to the bit',
      ),
      ...prove(
        'src/features/conversations/turns.test.ts',
        'a question that was answered before, word for word on the same day, costs nothing and says so',
      ),
    ],
  },
  {
    id: 'C/shared',
    source: 'cache, several processes',
    behaviour: 'Processes make a value once together, and none gives an old one after its tag ended.',
    provenBy: [
      ...prove(faults, 'four processes that miss one value 250 times each make it once'),
      ...prove(
        shared,
        'a value made before its tag was invalidated is not put under the version that came after',
        'a look into Redis that began before an invalidation does not bring the old value back',
        'an envelope that is damaged, of a newer or an older form, or filed under another key is a miss',
        'lifetimes run on the clock of Redis: processes whose clocks are hours apart agree',
      ),
    ],
  },
  {
    id: 'C/hits',
    source: 'cache, hits in the process',
    behaviour: 'A hit in the process allocates nothing and is no promise.',
    provenBy: prove(
      'src/platform/cache/hit-bytes.test.ts',
      'a hit in the process allocates nothing and answers without a promise, a million times over',
    ),
  },
  {
    id: 'C/ledger',
    source: 'cache, money',
    behaviour: 'What was spared is counted over processes and restarts, once, and only what was.',
    provenBy: prove(
      ledger,
      'what two processes spared is one sum for today, with what spared it',
      'with the database away nothing is lost: the next time all of it goes, once',
      'what each tier spared is a sum too; what a version before adds is of no tier',
      'deltas sum up to the counts, however often they were told',
    ),
  },
  {
    id: 'C/prewarm',
    source: 'cache, made ready',
    behaviour: 'What is asked most often is made ready after changes, with the present rights of whoever asks.',
    provenBy: prove(
      hot,
      'what is asked most often is made ready first, as many as are wanted, with the rights of whoever asks',
      'nothing is made for who may no longer act, is suspended or gone, nor by a skill that is not there',
      'it begins with the house, and again when data changed or more is wanted, and at no other time',
    ),
  },
  {
    id: 'C/origin',
    source: 'cache, where an answer came from',
    behaviour: 'Whoever asks is told the truth about where an answer came from, also where an older one stood in.',
    provenBy: [
      ...prove(
        'src/platform/cache/origin.test.ts',
        'in the process: made, kept, stale, and what stands in for a making that fails or takes too long',
        'out of Redis: found, joined, past its freshness, and standing in for a making that fails',
      ),
      ...prove(
        'src/http/answer-cache.test.ts',
        'the header says stale where an older page was given, whether it was past its time or stood in for one that failed',
      ),
      ...prove(results, 'a result past its freshness says so while it is made anew, with its age'),
    ],
  },
  {
    id: 'C/told',
    source: 'cache, what is wrong in Redis',
    behaviour:
      'Values that cannot be read, a full Redis and a flush are told in words once, shown while they last, and counted.',
    provenBy: prove(
      'src/platform/cache/troubles.test.ts',
      'an envelope that cannot be read is told once however many there are, shown, and told to be over',
      'what was made under other tags, for somebody else or before a period is no trouble',
      'a Redis out of memory is told once however much it refuses, makes the part degraded, and is over when it takes values',
      'a flush is told, shown for five minutes and counted',
    ),
  },
  {
    id: 'C/lost',
    source: 'cache, losses',
    behaviour: 'What Redis or the process let go of is noticed and made ready again, and never again and again.',
    provenBy: [
      ...prove(
        'src/platform/cache/loss-watch.test.ts',
        'a Redis that was emptied is noticed by every process, once for each time',
        'one that was started anew without what it had is noticed when it is back; a cut that lost nothing is none',
      ),
      ...prove(
        hot,
        'what was lost is made ready again: once for each loss, and not twice within ten minutes',
        'results that memory let go of are there again before somebody asks',
      ),
    ],
  },
]
