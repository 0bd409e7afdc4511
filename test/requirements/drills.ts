import { prove, type Requirement } from './requirement.ts'

const rules = 'src/domain/drills/drills.test.ts'
const room = 'src/features/drills/drills.test.ts'
const stopped = 'src/features/drills/perform-drill.test.ts'
const real = 'test/integration/drills.test.ts'
const screen = 'test/e2e/drills.test.ts'

/** Disasters, rehearsed before they come. */
export const DRILLS: readonly Requirement[] = [
  {
    id: 'D/for-real',
    source: 'drills',
    behaviour: 'A drill does its disaster to a scratch copy of the whole program, which is gone afterwards.',
    provenBy: prove(
      real,
      'a primary that is gone: its standby goes on with everything that was acknowledged',
      'a primary that is gone and its standby behind: what it had not received is lost and told, and nothing else',
      'a Redis that is gone: sentinels elect another while members ask, and no request fails',
      'a Redis that hangs holds up nobody for long, and no request fails',
      'a process that is killed while it answers: the other takes over, and no request fails',
      'a zone that is gone: process and standby in the other go on with everything',
      'a machine that is gone: its backup makes it whole again, and how it went is remembered',
    ),
  },
  {
    id: 'D/verdict',
    source: 'drills',
    behaviour:
      'A drill holds only when nothing was lost, doubled, left open, left out of a stream or overheard, and every target was met.',
    provenBy: [
      ...prove(
        rules,
        'holds when nothing is lost, doubled or left open and every target is met',
        'bears failed requests and silence only where the script says so',
        'says nothing of a promise that the script does not name, and names those of which it says nothing',
      ),
      ...prove(
        'src/features/drills/follow-answer.test.ts',
        'who reads on after a break and through a restart that is told has no fault to find',
        'an event that is left out, one that is told twice and a restart without a word are each counted once',
      ),
      ...prove(room, 'what is lost, doubled and without an end is counted from what is stored'),
    ],
  },
  {
    id: 'D/not-run',
    source: 'drills',
    behaviour: 'What a machine lacks for a drill is said, and the drill is recorded as not run, never as held.',
    provenBy: [
      ...prove(room, 'what this machine lacks is recorded as not run, with what is missing, and never as held'),
      ...prove(screen, 'each shows what it showed last beside its targets; what was not run is no success'),
    ],
  },
  {
    id: 'D/one-at-a-time',
    source: 'drills',
    behaviour: 'One drill runs at a time; one whose process died does not stand in the way.',
    provenBy: prove(
      room,
      'two at once are refused, and whoever is refused is told which one runs where',
      'one whose process fell silent is ended as inconclusive and does not stand in the way',
      'one that waits on screen is rehearsed by whoever asks for it on the command line, once',
    ),
  },
  {
    id: 'D/leaves-nothing',
    source: 'drills',
    behaviour:
      'A drill that is stopped ends what it started and deletes it; what a killed process left is cleared away.',
    provenBy: [
      ...prove(
        stopped,
        'a room that closes ends at once what its drill started, and says that it was stopped',
        'what a killed process left is cleared away by the next worker, once it cannot be alive any more',
      ),
      ...prove(real, 'a terminal that is closed, and whoever asks again, still has the copy ended and deleted'),
    ],
  },
  {
    id: 'D/schedule',
    source: 'drills',
    behaviour: 'None is rehearsed by itself until a period of the calendar asks for it; then the one longest ago.',
    provenBy: prove(
      room,
      'a quiet period of the calendar turns them on, and nothing else does',
      'nothing is rehearsed by itself until the calendar asks for it; then one each look, longest ago first',
      'the pack that ships rehearses each once a week on weekend mornings; the calendar that ships none',
    ),
  },
  {
    id: 'D/model-away',
    source: 'drills',
    behaviour: 'A model that is away is told in /health also while another answers in its place.',
    provenBy: prove(
      'src/platform/models/model-watch.test.ts',
      'a model that is away is told although the next in the order answers, until it answers itself',
    ),
  },
]
