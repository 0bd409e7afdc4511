import { prove, type Requirement } from './requirement.ts'

const backup = 'src/features/operations/backup/backup.test.ts'
const budgets = 'src/features/budgets/budgets.test.ts'
const signIn = 'src/features/access/sign-in.test.ts'
const firstMinutes = 'test/e2e/first-minutes.test.ts'

/** What the first version had to do, points 8 to 13 and bad input: people, money, operation, screens, rules. */
export const FIRST_VERSION_HOUSE: readonly Requirement[] = [
  {
    id: '8/access',
    source: 'first version, point 8',
    behaviour: 'One first owner by link; members suspended are out within five seconds; credentials are stored hashed.',
    provenBy: [
      ...prove(
        signIn,
        'fifty parallel redemptions of one owner link make exactly one owner',
        'neither tokens nor links are stored as they are',
      ),
      ...prove(
        'src/features/access/authenticate.test.ts',
        'a suspended member is out within five seconds in every process, session and key alike',
      ),
    ],
  },
  {
    id: '8/money',
    source: 'first version, point 8',
    behaviour: 'Caps hold under parallel calls; what a call cost is written once.',
    provenBy: prove(
      budgets,
      'parallel reservations from two processes never pass the cap together',
      'settling twice writes one row',
    ),
  },
  {
    id: '9/backup',
    source: 'first version, point 9',
    behaviour: 'A backup can be read without Sophia; before the first migration of data one is made.',
    provenBy: [
      ...prove(
        backup,
        'a person can read it with tar and gzip alone',
        'a restore replaces what is there and keeps a backup of it',
      ),
      ...prove(
        'test/integration/migrate.test.ts',
        'the hook before the first migration is called only when there is something to protect, and before anything changes',
        'a failing hook stops the migration before it begins',
      ),
    ],
  },
  {
    id: '10/operations',
    source: 'first version, point 10',
    behaviour: 'Health is measured or unknown; correlation goes through logs and SQL.',
    provenBy: [
      ...prove(
        'src/features/operations/health.test.ts',
        'what was never probed is unknown and not ready',
        'a draining process is not ready however well its parts are',
      ),
      ...prove(
        'src/platform/postgres/database.test.ts',
        'the correlation id rides on the statement, and nothing that could end the comment',
      ),
      ...prove('src/platform/log/redact.test.ts', 'a log line carries the ids of its work'),
    ],
  },
  {
    id: '10/database-away',
    source: 'first version, point 10',
    behaviour:
      'A database that is away is waited for at the start, answered with 503 meanwhile, and used again when it is back.',
    provenBy: prove(
      'test/integration/database-outage.test.ts',
      'a database that is not there yet is waited for, and the start goes on when it comes',
      'while the database is frozen or dead every request is answered within 3 s, and all is well by itself afterwards',
    ),
  },
  {
    id: '11/web',
    source: 'first version, point 11',
    behaviour: 'The web app streams, keeps the question until it is stored, loads nothing remote, and imports by drop.',
    provenBy: [
      ...prove(
        firstMinutes,
        'asking from home opens a conversation with the question asked, and the answer comes in pieces',
      ),
      ...prove('web/src/state/deliver.test.ts', 'a question is repeated under its one id until it is accepted'),
      ...prove('web/src/state/markdown-rules.test.ts', 'an answer loads nothing: ${name}'),
      ...prove(
        'test/e2e/import.test.ts',
        'the import ends in counts and a table of its faults with line, column and reason',
      ),
    ],
  },
  {
    id: '11/for-everybody',
    source: 'first version, point 11',
    behaviour:
      'Pages have no barrier axe can find, at desktop and phone width, light and dark; all can be done by keyboard.',
    provenBy: [
      ...prove(
        'test/e2e/accessibility.test.ts',
        '${view.name} has no barrier at both widths and in both themes',
        'the checks see a barrier when there is one',
      ),
      ...prove('test/e2e/keyboard.test.ts', 'every stop of the Tab key on ${path} can be seen'),
    ],
  },
  {
    id: '11/hostile-content',
    source: 'first version, point 11',
    behaviour: 'Nothing in an answer, a title or a file becomes more than words.',
    provenBy: prove(
      'test/e2e/hostile-content.test.ts',
      'answers in every form are read harmlessly, as they come and as they are stored',
      'titles, names of records, people, keys and files are words and nothing more',
    ),
  },
  {
    id: '12/rules',
    source: 'first version, point 12',
    behaviour: 'Floors, pins, words and documents are held by tests.',
    provenBy: [
      ...prove('test/architecture.test.ts', 'every import stays in its room or looks down a floor'),
      ...prove('test/pins/http-surface.test.ts', 'every route, its method and who may use it'),
      ...prove(
        'test/pins/words.test.ts',
        'one concept has one word: no synonym of the glossary is used in code, screens or documents',
      ),
    ],
  },
  {
    id: '13/documents',
    source: 'first version, point 13',
    behaviour: 'Commands and links in the documents work.',
    provenBy: prove(
      'test/pins/documents.test.ts',
      'every command in the documents exists, with the options it is given',
      'every link within the documents leads to a file',
    ),
  },
  {
    id: 'bad-input/refused',
    source: 'first version, bad input',
    behaviour: 'Malformed, huge or senseless input gets a clear error and changes nothing.',
    provenBy: prove(
      'test/integration/bad-input.test.ts',
      'a body with ${name} is refused with the reason',
      '${route.method} ${route.path} survives every kind of empty or senseless body',
      'a CSV in Latin-1 keeps its umlauts, one with a byte-order mark its first column',
      'a database whose disk is full is said plainly, stores nothing, and goes on when there is room',
      'after all this the house stands and nothing was left unhandled',
    ),
  },
]
