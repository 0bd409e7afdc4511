import { prove, type Requirement } from './requirement.ts'

const repSkills = 'src/features/deals/rep-skills.test.ts'
const remembered = 'src/features/deals/remembered-risk.test.ts'
const outlook = 'src/domain/deal/deal-outlook.test.ts'
const standings = 'src/features/deals/refresh-standings.test.ts'
const drafts = 'src/features/drafts/drafts.test.ts'
const clientStories = 'src/features/clients/stories.test.ts'
const success = 'src/features/clients/success-skills.test.ts'
const memory = 'src/features/memory/memory.test.ts'
const learning = 'src/features/memory/learning.test.ts'
const rules = 'src/domain/memory/memory-rules.test.ts'
const briefings = 'src/features/briefings/briefings.test.ts'

/** What Marcus and Sarah had to learn: their craft, what they remember, and the week's work. */
export const CRAFT_AND_MEMORY: readonly Requirement[] = [
  {
    id: 'C/deal',
    source: 'craft, Marcus',
    behaviour:
      'A deal’s risk comes from weighted signals with rows; its chance from history, with a calibration table.',
    provenBy: [
      ...prove(
        remembered,
        'pushes of the expected close cite their changes, which open as evidence to those who see the deal',
      ),
      ...prove(
        outlook,
        'chances are given from earlier days only, and each bucket holds them against what happened',
        'no outcome changes a chance given before it, and every deal is in one bucket or without a chance',
      ),
    ],
  },
  {
    id: 'C/pipeline',
    source: 'craft, Marcus',
    behaviour:
      'The pipeline has coverage, forecast with interval and concentration, and tells what changed since a stored day.',
    provenBy: [
      ...prove(
        outlook,
        'a forecast is value times chance with wins and rates both uncertain',
        'quota, won and open give the coverage of the quarter; nothing missing has no ratio',
        'two equal deals of one client are half concentrated by deal and wholly by client',
        'each kind of change is seen, and a deal that stands still has none',
        'a step is kept by an activity up to two days after it was due, else missed, and open within them',
      ),
      ...prove(remembered, 'what changed names the stored day, its rows open, and totals agree with SQL'),
      ...prove(
        standings,
        'a refresh gives every open deal the level that coaching gives it, and a second one on the day writes nothing',
        'the last eight weeks are told by the recorded changes, as the stages then were',
      ),
    ],
  },
  {
    id: 'C/reps',
    source: 'craft, Marcus',
    behaviour:
      'A rep is held against own history and peers with intervals; strengths and gaps are derived; peers stay unseen.',
    provenBy: [
      ...prove(
        repSkills,
        'the falling win rate is found as a gap with the figures of the answer key',
        'nobody else of the sample falls, and every verdict is covered by its interval',
        'a peer out of sight is nobody, and peers count only as an anonymous sum of five or more',
        'the plan of the falling rep practises for the win rate and says what six weeks can show',
        'an objection is matched by its words and the deal, an unknown one is not guessed at',
        'the page before a meeting names who left and asks about what is risky',
      ),
      ...prove(
        'src/domain/deal/performance-estimates.test.ts',
        'two rates differ as in the example of Newcombe (1998): 56 of 70 against 48 of 80',
      ),
      ...prove(
        'src/features/deals/performance-export.test.ts',
        'every rep of the export has the counts, median and mean of an independent statement, and no invented peers',
      ),
    ],
  },
  {
    id: 'C/calls',
    source: 'craft, Marcus',
    behaviour:
      'Calls in three forms are read; each finding quotes its line; a follow-up is drafted and leaves only on approval.',
    provenBy: [
      ...prove(
        'src/domain/call/parse-calls.test.ts',
        'plain text: times before or behind the name, names on their own lines, several calls with headers',
        'WebVTT: voices, settings, identifiers, notes, several lines, tags taken off',
        'JSON of call recorders: people, sides, times in order; the wrapper and a bare list read the same',
      ),
      ...prove(
        'src/domain/call/review-call.test.ts',
        'six calls labelled by hand: precision and recall of each kind of finding',
        'whatever is said, every finding quotes words that stand on its line, and shares sum to one',
      ),
      ...prove(
        drafts,
        'a follow-up holds what was said, names its drafts, and the same call writes them once',
        'an approved mail is sent once, to whom and as it was edited',
        'a refusal that may pass is tried again; a lost answer is shown and never repeated by itself',
        'a record update is written once with its history; a field that changed meanwhile stops it and shows both values',
      ),
      ...prove(
        'src/features/drafts/send-draft.test.ts',
        'a mail that was taken is told as sent once the database has room for it',
        'a refusal that passes is kept until it can be stored, and the mail leaves with the next try',
      ),
    ],
  },
  {
    id: 'C/clients',
    source: 'craft, Sarah',
    behaviour:
      'One health model with trend and coverage; churn as a scorecard; portfolio, payments and renewals from rows.',
    provenBy: [
      ...prove(
        clientStories,
        '"Which renewal worries you most?" is answered with the planted one, its days and why',
        'the churn scorecard puts the planted renewal above every other client and names the fall',
        '"Who is paying us later and later?" names the one client, the days and what is overdue',
        'the silent account, the ticket storm and the client above its licence are found',
        'bands count every client once, and those without data are unknown, not well',
        'a standing says what the live assessment says, and the list shows it with twelve weeks behind it',
      ),
      ...prove(
        'src/domain/client/churn-scorecard.test.ts',
        'nothing known gives no points, and a little known does not make little risk',
      ),
      ...prove(
        'src/domain/client/rows-as-of.test.ts',
        'a month ago the invoice was unpaid, the ticket open, the champion there, and later rows were not',
      ),
      ...prove(
        'src/features/clients/crm-export.test.ts',
        'accounts without usage, invoices or tickets are unknown, every one of them, with what would supply it',
      ),
    ],
  },
  {
    id: 'C/success',
    source: 'craft, Sarah',
    behaviour:
      'Interventions, success plans and business reviews come from triggers, gaps and rows, with honest blanks.',
    provenBy: [
      ...prove(
        success,
        'a fall of half before a renewal is acted on at once, with whom is left',
        'no success chance is invented, and the absence of past interventions is said',
        'a client without any data has no trigger, no goal and an honest page',
        'a plan of a year has four phases without gap, and goals with a reachable target',
        'the quarterly page counts its figures from rows',
      ),
      ...prove(
        'src/domain/client/intervention-stories.test.ts',
        'each planted trouble of a client is what calls for stepping in there',
      ),
    ],
  },
  {
    id: 'C/asked',
    source: 'craft, playbook',
    behaviour: 'Without a model each skill is reached by how people ask for it.',
    provenBy: prove(
      'src/domain/playbook/place-craft.test.ts',
      'each craft is asked for in many ways, with the record named in the question',
      'an objection keeps the words it was said in, and the deal it was said on',
      'the same shapes about anything else are left alone',
    ),
  },
  {
    id: 'M/writing',
    source: 'memory, writing',
    behaviour:
      'What is stated is remembered once, held against what is known; contradictions supersede and history stays.',
    provenBy: [
      ...prove(
        learning,
        'what a message states is there with the answer, moves the record, and is given to the next question by name',
        'a newer value supersedes and keeps the old one in history; undoing it makes the old one active again',
        'a turn that is taken over remembers once',
        'a model reads on in a conversation at rest: what it does not quote is dropped, only the member’s words are sent',
      ),
      ...prove(
        memory,
        'what is quarantined is never recalled nor counted, until somebody who sees its record lets it in',
        'what is said in a call waits in quarantine for somebody who sees its deal',
      ),
      ...prove(rules, 'a newer value of a slot supersedes, the same reinforces, an older one is ignored'),
    ],
  },
  {
    id: 'M/recall',
    source: 'memory, recall',
    behaviour:
      'Recall ranks only what the asker may see, names what it used, fades, merges and never delays an answer.',
    provenBy: [
      ...prove(
        'src/platform/vectors/vector-index.test.ts',
        'after any puts, moves and removals the search equals a plain scan of the permitted rows',
        'the checked-in module is what scan.wat compiles to',
      ),
      ...prove(
        rules,
        'a replaced value never answers about the present, only about its own time; an expired one never',
        'the budget of tokens and the count are never exceeded, and more words in common never rank lower',
        'a fact of strength one half is worth a quarter after its half-life of 180 days',
        'duplicates merge into the strongest, old faded episodes into one, in whatever order they come',
      ),
      ...prove(
        learning,
        'recall that takes too long is given up, and says so',
        'a use by an answer strengthens once, however often its turn names it',
        'vectors of a provider’s model are made by a job; without the provider full text alone answers',
      ),
      ...prove(
        'src/features/memory/consolidate-memories.test.ts',
        'beyond the capacity the weakest go, and what is pinned stays',
      ),
    ],
  },
  {
    id: 'M/people',
    source: 'memory, people see and steer it',
    behaviour: 'A memory is private until shared; people edit, forget, undo and erase it, and the numbers follow.',
    provenBy: [
      ...prove(
        memory,
        'a memory is seen by exactly those its audience names, whatever their role',
        'only the owner changes a memory; an admin looks after what is shared with the company',
        'an undo reverts an edit, then a pin, and brings back what was forgotten',
        'erasing a person leaves no byte of them in any table',
        'deleting a conversation erases what was learnt in it and names it in no answer; what it had replaced is back',
      ),
      ...prove(
        remembered,
        'a remembered champion who left raises the risk with the memory as evidence; forgetting moves it back',
        'a record changed after it was said wins over the memory',
      ),
      ...prove(
        clientStories,
        'a remembered departure moves health, churn and the standing, and forgetting it moves them back',
      ),
    ],
  },
  {
    id: 'W/home',
    source: 'the week’s work',
    behaviour: 'Home shows each role its work from rows in sight; nobody is named for coaching without a reason.',
    provenBy: [
      ...prove(
        'src/domain/home/coaching-need.test.ts',
        'nobody is named without a reason, and each reason comes from own rows',
        'the page follows the linked rep, and the team when one leads',
      ),
      ...prove('test/integration/home-sections.test.ts', 'an empty database gives every page with honest words'),
      ...prove(standings, 'the board counts every open deal once, sums what has a value and shows peers nothing'),
    ],
  },
  {
    id: 'W/briefings',
    source: 'the week’s work',
    behaviour: 'Briefings are off until switched on, sent once per period and channel, and end with one click.',
    provenBy: [
      ...prove(
        briefings,
        'nothing is sent by default; switched on, it comes once per day as a conversation and by the chosen channels',
        'a suspended member, one who switched it off, and one who unsubscribed get nothing any more',
        'a process that died while sending leaves an unknown outcome, and nothing is sent twice',
        'one click ends the e-mails, whatever form the mail program posts; the token is stored hashed',
      ),
      ...prove(
        'src/features/briefings/deliver-briefing.test.ts',
        'a database that goes away while a briefing is put together takes no briefing with it',
        'a process that dies while it puts a briefing together has sent nothing, and another sends it',
        'of two that have the same job one sends, and the other leaves its word alone',
      ),
      ...prove(
        'src/domain/briefing/schedule.test.ts',
        'in every zone, over two years, each local day has exactly one briefing, at its hour wherever that exists',
      ),
      ...prove(
        'src/platform/jobs/create-jobs.test.ts',
        'a job of a transaction that rolls back does not exist; of one that commits, it does',
        'a job whose process was killed is run again elsewhere',
      ),
    ],
  },
]
