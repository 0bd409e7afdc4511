import { prove, type Requirement } from './requirement.ts'

const takeover = 'src/features/conversations/takeover.test.ts'
const engine = 'test/integration/embedded-postgres.test.ts'
const homeLock = 'test/integration/home-lock.test.ts'
const imports = 'src/features/imports/imports.test.ts'
const csv = 'src/platform/csv/open-csv.test.ts'
const chain = 'src/platform/models/model-chain.test.ts'
const placing = 'src/domain/playbook/place-question.test.ts'
const stories = 'test/integration/sample-stories.test.ts'
const personas = 'src/features/personas/personas.test.ts'
const firstMinutes = 'test/e2e/first-minutes.test.ts'

/** What the first version had to do, points 1 to 7: data, answers, durability. */
export const FIRST_VERSION: readonly Requirement[] = [
  {
    id: '1/start',
    source: 'first version, point 1',
    behaviour:
      'The launcher passes arguments, signals and exit codes; a second start on a home is refused with the pid of the first.',
    provenBy: [
      ...prove('test/integration/launch.test.ts', 'arguments, output and exit code pass through'),
      ...prove(homeLock, 'a second start on the same home is refused at once with the pid of the first'),
      ...prove(
        'test/integration/process.test.ts',
        'up prints where it is, hands the sign-in link to a private file only, and stops cleanly on SIGTERM',
        'two Ctrl-C within a second are one, and a stop during the start leaves nothing behind',
        'faulty settings are all told at once, with exit code 78 and no secret repeated',
        'commands work beside a running server and alone, and leave nothing running',
      ),
    ],
  },
  {
    id: '1/engine',
    source: 'first version, point 1',
    behaviour:
      'The built-in PostgreSQL starts private and durable, survives orphans and cut starts, and stops with Sophia.',
    provenBy: prove(
      engine,
      'a fresh home gets PostgreSQL 18 with checksums, SCRAM only, durable, private, and gone after stop',
      'a first start cut short at any step is completed by the next',
      'a postmaster.pid whose number now belongs to somebody else does not hinder the start',
    ),
  },
  {
    id: '2/import',
    source: 'first version, point 2',
    behaviour: 'Files are read by stream, headers matched, bad rows reported, history kept, all or the rest loaded.',
    provenBy: [
      ...prove(csv, 'the source is read no further ahead than a bounded piece, however slow the reader is'),
      ...prove(
        imports,
        'bad rows are reported with line, column, reason and value, and the rest is loaded',
        'an atomic import with a bad row loads nothing and lists the faults',
        're-import changes nothing; a change is kept in history with the day it speaks for, and a later close counts as a push',
        'a CRM export in the shape of the public one imports without a fault',
      ),
    ],
  },
  {
    id: '2/sample',
    source: 'first version, point 2',
    behaviour: 'The sample company is the same for the same day and tells its stories, which the skills find.',
    provenBy: [
      ...prove('src/domain/sample/sample-company.test.ts', 'The same day gives the same bytes'),
      ...prove(
        'src/domain/sample/stories.test.ts',
        'Every fact of the answer key stands in the rows, whatever the day',
      ),
      ...prove(stories, 'coaching finds the story "${story.id}" among the heavier risks of its deal'),
    ],
  },
  {
    id: '3/home',
    source: 'first version, point 3',
    behaviour:
      'Home shows three different things that matter, with money, owner and rows, and nothing overdue by years.',
    provenBy: [
      ...prove(
        stories,
        'home of the sample company shows three different things with money, an owner and rows behind each',
      ),
      ...prove('src/domain/home/attention.test.ts', 'what fell due more than 180 days ago is never urgent'),
      ...prove(
        firstMinutes,
        'the sample company loads with progress, and home shows three things with stake, owner and evidence',
      ),
    ],
  },
  {
    id: '4/playbook',
    source: 'first version, point 4',
    behaviour:
      'Without a model the right skill runs, or an honest refusal comes; a wrong skill at most once in a hundred.',
    provenBy: prove(
      placing,
      'of the ${set} paraphrases at least 90 % reach their skill and at most 1 % a wrong one',
      'of the ${set} questions out of scope at most 1 % are answered with a skill, beside a record or not',
      'the sets are as large as promised and hold no sentence twice',
    ),
  },
  {
    id: '4/providers',
    source: 'first version, point 4',
    behaviour: 'Providers fall back in order, within time limits and a retry budget, and a cancel reaches them.',
    provenBy: [
      ...prove(
        chain,
        'a provider that fails before it delivered anything is followed by the next',
        'silence before the first token, between tokens, and answers without end are cut by their own limits',
        'in a full outage retries add at most a tenth to the calls',
      ),
      ...prove(takeover, 'cancel reaches the model within a second, here and from another process'),
    ],
  },
  {
    id: '4/model-turn',
    source: 'first version, point 4',
    behaviour:
      'With a model, the same skills are its tools; each call is in the ledger; without one the next in order answers.',
    provenBy: prove(
      'test/integration/model-turn.test.ts',
      '${protocol.id}: the model calls skills side by side, reads their results and answers; the ledger has each call',
      'when the model fails the next in order answers, and says that no model did',
      'stopping a turn hangs up on the provider',
    ),
  },
  {
    id: '5/personas',
    source: 'first version, point 5',
    behaviour: 'Personas are files: dropped in without restart, faults told by line, versions pinned and lifted.',
    provenBy: prove(
      personas,
      'a third persona dropped into the folder appears without restart, and goes when its file is deleted',
      'a faulty file is reported with line and reason while the last good version stays',
      'activating another version pins it beside the file, and saving the file lifts the pin',
    ),
  },
  {
    id: '6/skills',
    source: 'first version, point 6',
    behaviour: 'The first skills follow rules that hold for all data and cases computed by hand.',
    provenBy: [
      ...prove('src/domain/deal/pipeline.test.ts', 'a hand-counted pipeline gives the hand-counted figures'),
      ...prove('src/domain/deal/assess-deal-risk.test.ts', 'the weights of all signals sum to one'),
      ...prove('src/domain/client/assess-health.test.ts', 'a hand-computed client: usage 60, support 70, nothing else'),
      ...prove(
        'src/domain/client/assess-health-rules.test.ts',
        'more rows never lower confidence',
        'a better value of any single input never lowers the score',
      ),
    ],
  },
  {
    id: '7/checker',
    source: 'first version, point 7',
    behaviour: 'The history checker notices each planted bug.',
    provenBy: prove(
      'test/chaos/check-history.test.ts',
      'it notices ${name}',
      'a good history has no breach, whatever the order of keys in the journal',
    ),
  },
]
