import { prove, type Requirement } from './requirement.ts'

const turns = 'src/features/conversations/turns.test.ts'
const takeover = 'src/features/conversations/takeover.test.ts'
const talks = 'src/features/conversations/conversations.test.ts'
const approvals = 'src/features/conversations/approvals.test.ts'
const engine = 'test/integration/embedded-postgres.test.ts'
const backup = 'src/features/operations/backup/backup.test.ts'
const chaos = 'test/chaos/chaos.test.ts'
const budgets = 'src/features/budgets/budgets.test.ts'
const stories = 'test/integration/sample-stories.test.ts'
const sharedFaults = 'src/platform/cache/shared-faults.test.ts'
const firstMinutes = 'test/e2e/first-minutes.test.ts'

/** What every version promises; README.md prints it. */
export const PROMISES: readonly Requirement[] = [
  {
    id: 'A1/stored-once',
    source: 'promise A1',
    behaviour: 'A message sent again under its id is stored once and answered alike.',
    provenBy: prove(talks, 'fifty parallel repeats of one message store it once and answer alike'),
  },
  {
    id: 'A1/survives-kill',
    source: 'promise A1',
    behaviour: 'What was acknowledged is there after kill -9, once.',
    provenBy: prove(
      chaos,
      'thirty kills with -9 while answers stream: nothing acknowledged is lost or doubled, and readers have what is stored',
    ),
  },
  {
    id: 'A2/taken-over',
    source: 'promise A2',
    behaviour: 'A dead owner is taken over; its late writes change nothing.',
    provenBy: prove(
      takeover,
      'a dead owner is taken over: restart told first, then everything afresh, and its late writes match nothing',
      'an owner whose turn was taken stops without a word',
      'draining gives turns back, and another process answers them afresh',
    ),
  },
  {
    id: 'A2/ends',
    source: 'promise A2',
    behaviour: 'Every turn ends, whatever the model does.',
    provenBy: prove(
      turns,
      'a model that never stops calling tools ends at the limit of rounds',
      'a model that heeds nothing still ends by the time limit',
      'a failing model ends the turn as failed, and what was said stays',
    ),
  },
  {
    id: 'A2/one-end',
    source: 'promise A2',
    behaviour: 'A turn has one end, the stored one, also when it could not be stored at first.',
    provenBy: prove(
      'src/features/conversations/end-turn.test.ts',
      'a disk that is full when the answer is to be stored is waited for: the answer stays whole',
      'a PostgreSQL short of memory, or whose disk fails for a moment, is waited for as well',
      'an end that could not be stored never was: readers and journal have the one that is stored',
    ),
  },
  {
    id: 'A3/resume',
    source: 'promise A3',
    behaviour: 'A stream resumed at any place equals the whole.',
    provenBy: [
      ...prove(turns, 'a stream resumed at every possible cut equals the whole, while live and after the end'),
      ...prove('web/src/api/turn-stream.test.ts', 'whatever the line loses, the text is the whole text once'),
      ...prove(
        'test/e2e/resume.test.ts',
        'an answer goes on after lost connections without a gap or a repeat, and equals what is stored',
      ),
      ...prove(
        'src/http/socket/socket-door.test.ts',
        'hello by token, then send, subscribe, resume from a place: the whole answer arrives once',
        'over HTTP: 202 with ids, the stream by Accept, resume by after and by Last-Event-ID, 404 for others',
      ),
    ],
  },
  {
    id: 'A3/restart-told',
    source: 'promise A3',
    behaviour: 'A new attempt is told; the client starts the answer afresh.',
    provenBy: [
      ...prove(
        takeover,
        'a dead owner is taken over: restart told first, then everything afresh, and its late writes match nothing',
      ),
      ...prove(
        'web/src/api/turn-stream.test.ts',
        'a new attempt starts the answer afresh',
        'a gap is asked for again instead of bridged',
      ),
    ],
  },
  {
    id: 'A4/once',
    source: 'promise A4',
    behaviour: 'A call with side effects runs once per key.',
    provenBy: [
      ...prove(approvals, 'a call that was done is recalled after a crash, not repeated'),
      ...prove('src/features/deals/deals.test.ts', 'one key sent five times at once writes one row'),
    ],
  },
  {
    id: 'A4/unknown-asked',
    source: 'promise A4',
    behaviour: 'An outcome unknown after a crash is shown for confirmation.',
    provenBy: [
      ...prove(
        approvals,
        'a call cut off in mid-run is unknown afterwards: asked for again with a warning, run again only when approved',
        'an unknown call that the new attempt does not ask for is shown, never dropped',
        'whatever the clocks of its processes say, an approval lasts as long as the database says',
      ),
      ...prove(
        'src/features/conversations/stopped-calls.test.ts',
        'a yes said again, because its answer was lost, does not approve a repeat of a call whose outcome is unknown',
        'whoever cancels instead of answering whether to run it again is told that the earlier try may have happened',
        'a repeat that was approved and fails, as ${name}, takes nothing back: nobody knows of the earlier try',
      ),
    ],
  },
  {
    id: 'A5/policy-matrix',
    source: 'promise A5',
    behaviour: 'Each principal gets at each route the verdict of the one policy table.',
    provenBy: prove(
      'test/integration/policy-matrix.test.ts',
      'each visitor at each route gets the verdict of the one table, and the handler runs for nobody else',
      'every route that is written is registered',
    ),
  },
  {
    id: 'A5/row-scope',
    source: 'promise A5',
    behaviour:
      'Lists, details, skills and home show only rows in scope; what is out of sight is as absent as what never was.',
    provenBy: [
      ...prove(
        'src/features/deals/deals.test.ts',
        'a list shows only the deals of the reps the principal stands for',
        'a deal out of sight is as absent as one that does not exist',
        'a review by a rep counts nothing of the peers',
      ),
      ...prove(
        'src/features/clients/clients.test.ts',
        'a client is seen by its owner, its CSM and the reps with a deal there, and by no one else',
        "a peer's deal leaves no trace on a shared client",
        'attention keeps to the row scope',
      ),
      ...prove(stories, 'home of one rep speaks of nothing outside the rows of that rep'),
    ],
  },
  {
    id: 'A5/told-the-same',
    source: 'promise A5',
    behaviour: "Every answer is the same to the byte whether or not another team's rows exist.",
    provenBy: prove(
      'test/integration/privacy.test.ts',
      'the other team is told its own rows, so the canaries were there to be found',
      'who stands for no rep and no team sees nothing, not everything',
      "a lead and an owner find nothing of a member's talk: not by id, not by search, not in audit or usage",
      'every address that is read has its place in this tour, or shows nothing of anybody',
    ),
  },
  {
    id: 'A5/private-talk',
    source: 'promise A5',
    behaviour: "Another member's conversations, turns and searches cannot be reached.",
    provenBy: [
      ...prove(
        talks,
        'nothing of another member can be reached, and it looks like what never was (S01, S02)',
        'search finds unfinished words in titles and messages, only among the own conversations',
      ),
      ...prove(
        'src/http/socket/socket-door.test.ts',
        "another member's turn and conversation are as absent as unknown ones (S01, S02)",
      ),
    ],
  },
  {
    id: 'A5/logs',
    source: 'promise A5',
    behaviour: 'No secret reaches a log.',
    provenBy: [
      ...prove('src/http/routes/session-routes.test.ts', 'no secret reaches the log'),
      ...prove('src/platform/log/redact.test.ts', 'secrets of every known form leave the line'),
      ...prove(
        'test/peers/secrets-in-the-open.test.ts',
        'a tour with every secret there is leaves none in an answer, an event, a log, a metric or an audit row',
        'a backup holds hashes of credentials, never the credentials',
      ),
    ],
  },
  {
    id: 'A6/kill-both',
    source: 'promise A6',
    behaviour: 'Nothing acknowledged is lost when Sophia, PostgreSQL or both are killed.',
    provenBy: prove(
      engine,
      'ten times kill -9 of both while writing: nothing acknowledged is lost',
      'after kill -9 of PostgreSQL calls give DATABASE_UNAVAILABLE, then it is back with every acknowledged row',
      'after kill -9 of Sophia the running PostgreSQL is adopted, supervised and stopped as if it were our own',
    ),
  },
  {
    id: 'A6/backup',
    source: 'promise A6',
    behaviour: 'A backup is proven by restoring it, and restores with every value as it was.',
    provenBy: prove(
      backup,
      'a backup restores into an empty database with every value as it was',
      'verifying proves a backup without touching the data, and a later change of the file takes the proof away',
      'a flipped byte in any part, or a cut, is refused before anything is touched',
      'to restore the latest twice gives the same data twice',
      'a database that fails while rows are loaded is told as that, and no sound archive is called bad',
    ),
  },
  {
    id: 'A7/answers',
    source: 'promise A7',
    behaviour: 'Redis frozen, full, emptied, killed or never there: every request is answered, later at most.',
    provenBy: [
      ...prove(
        'test/integration/redis-outage.test.ts',
        'Redis frozen, thawed, emptied, killed or never there: no request fails, and the health says how it is',
      ),
      ...prove(
        sharedFaults,
        'frozen: what is in memory answers at once, the first cold question after the deadline, the next without it',
        'full: what is there is read, nothing new is put, invalidating still works, and every question is answered',
        'killed and started again: questions are answered throughout, and sharing begins anew',
      ),
    ],
  },
  {
    id: 'A7/nothing-old',
    source: 'promise A7',
    behaviour: 'What was invalidated while Redis was away is not answered from it when it is back.',
    provenBy: [
      ...prove(sharedFaults, 'an invalidation that Redis could not be told is told before Redis is asked again'),
      ...prove(
        'src/platform/cache/shared-cache.test.ts',
        'after a lost connection nothing is taken for certain that was heard before',
        'a tag that Redis forgot is a miss, not an older version',
      ),
      ...prove(
        'src/platform/cache/shared-joining.test.ts',
        'who joins a making of more than two seconds does not get what an invalidation has ended, though its message was lost',
      ),
    ],
  },
  {
    id: 'A8/evidence',
    source: 'promise A8',
    behaviour: 'Figures come with their rows, and totals counted in SQL equal the pure function.',
    provenBy: [
      ...prove(
        'src/features/deals/pipeline-store.test.ts',
        'totals counted in SQL equal the pure function on random deals, for every grouping and scope',
      ),
      ...prove(
        'src/domain/client/assess-health.test.ts',
        'drivers name what pulls the score down and up, with their rows',
      ),
      ...prove('src/features/deals/deals.test.ts', 'coaching shows the champion who left with the row behind it'),
      ...prove('test/integration/traced-figures.test.ts', 'what home and skills say names its rows, and they open'),
      ...prove(firstMinutes, 'the evidence of a matter opens to the fields of its rows'),
    ],
  },
  {
    id: 'A8/missing-named',
    source: 'promise A8',
    behaviour: 'What is missing is named, never filled in.',
    provenBy: [
      ...prove('src/domain/deal/pipeline.test.ts', 'open deals without any value have an unknown sum, never zero'),
      ...prove(
        'src/domain/client/assess-health.test.ts',
        'a client without any data has no score, no band and no confidence',
      ),
      ...prove('src/domain/deal/assess-deal-risk.test.ts', 'what the company never records is unknown, not a risk'),
      ...prove(budgets, 'a model of unknown price is held at the dearest price of its provider and costs "unknown"'),
    ],
  },
]
