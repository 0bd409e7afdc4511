import { prove, type Requirement } from './requirement.ts'

const room = 'src/features/calendar/calendar.test.ts'
const years = 'src/domain/calendar/calendar-years.test.ts'
const golden = 'src/domain/calendar/golden-years.test.ts'
const rules = 'src/domain/calendar/match-rule.test.ts'
const windows = 'src/domain/calendar/windows.test.ts'
const effective = 'src/domain/calendar/effective.test.ts'
const changes = 'src/domain/calendar/value-changes.test.ts'
const house = 'test/integration/calendar-in-the-house.test.ts'

/** What Sophia knows of the business's days, and what she does by them. */
export const CALENDAR: readonly Requirement[] = [
  {
    id: 'K/days',
    source: 'calendar, periods',
    behaviour: 'Periods by rule fall on the right days and instants: holidays, zones, leap days, fiscal years.',
    provenBy: [
      ...prove(
        years,
        'the month-ends of 2026 in New York, as instants',
        'windows over a change of the clocks are an hour shorter or longer, in each year and zone',
        'leap days',
        'the last days of the months of 4-4-5 years, one of which has 53 weeks',
      ),
      ...prove(
        golden,
        'windows in ${zone} begin and end where the clocks change, in each year',
        'days are not of 24 hours on the days of the table, and on no other of seven years',
        'the last business day of each month by ${base}, in each year',
        '29 February of 2024 and of 2028, by every rule that means it',
        'the sixtieth day of the year is a leap day or 1 March',
      ),
      ...prove(rules, 'month-ends of the Fed from 2024 to 2030', 'quarter ends of the Fed from 2024 to 2030'),
      ...prove(windows, 'an instant is in a window exactly when its local day is one of the rule'),
    ],
  },
  {
    id: 'K/events',
    source: 'calendar, files of events',
    behaviour:
      'Periods and holidays come from iCalendar files too; a faulty one is told by line and event and moves nothing.',
    provenBy: [
      ...prove(
        'src/features/calendar/ical/read-ical.test.ts',
        'repeated, with dates besides, without dates left out, and up to its end',
        'a leap day occurs in leap years only, a 31st in long months only',
        'a rule that never meets a day ends in a fault with its line, and not in an endless search',
        'each fault names its event and line',
      ),
      ...prove(
        'src/features/calendar/calendar-events.test.ts',
        'a period takes its times from a file of events, in its own zone, and says where from',
        'a file of events is read again when it changes; a faulty or missing one leaves the last good calendar in force',
        'a fault of a field points at its own line and column; a syntax error at where the text breaks off',
      ),
    ],
  },
  {
    id: 'K/addresses',
    source: 'calendar, files of events',
    behaviour:
      'Events are fetched from addresses without a start waiting; the last good ones stay in force, their age is told, the address never.',
    provenBy: [
      ...prove(
        'src/features/calendar/ical/event-addresses.test.ts',
        'events are fetched when they are due: at once, each hour, and by what was said of them before',
        'the last good ones stay when fetching fails, whatever way it does; tried again after five minutes',
        'nothing inside is reached that the operator did not name',
      ),
      ...prove(
        'src/features/calendar/calendar-addresses.test.ts',
        'periods and holidays come from an address, and nobody is told more of it than its host',
        'a start waits for no server; what was never fetched is told, and the rest of the calendar is in force',
        'when the server is away the last good events stay in force, over a start too, and their age is told',
      ),
    ],
  },
  {
    id: 'K/policies',
    source: 'calendar, policies',
    behaviour: 'What moves a value, by whose word and until when is told; conflicts end by one rule for each knob.',
    provenBy: [
      ...prove(
        effective,
        'equal priorities become one by the table of knobs',
        'a higher priority overrules, whatever it says; all settings stay visible',
        'within a ramp a factor moves from one and back to one; a value of its own switches at once',
      ),
      ...prove(
        'src/domain/calendar/fresh-at.test.ts',
        'no value of a cache outlives the start of a period that wants it fresh',
      ),
      ...prove(
        'src/features/calendar/season.test.ts',
        '${cacheClass}: a value kept within the period is made again when its shorter life is over',
        '${cacheClass}: factors of a period move both lifetimes, before and after it they are as they were',
        'one word for all classes moves each of them',
      ),
      ...prove(room, 'lifetimes in the cache follow the period, and nothing made before it begins may answer in it'),
      ...prove(room, 'what is told of a key is who says it, where, and until when'),
      ...prove(
        'src/features/calendar/list-keys.test.ts',
        'a pattern is told by the keys that it covers, and by itself where nothing goes by it',
        'each key that is moved is explained as when asked for; what stays as it is is not',
        'a key of whose cache a period in force wants fresh values is explained, though its value is as it was',
      ),
      ...prove(
        'src/cli/calendar-command.test.ts',
        'without a key each that is moved is explained, and it is said when none is',
      ),
      ...prove(
        room,
        'a setting that nothing goes by is told with its line and what was meant, in the check and in health, and no fault',
      ),
      ...prove(
        'src/features/calendar/season.test.ts',
        'what a person may do is remembered for no longer, whatever a period says of its class or of all',
      ),
      ...prove(
        'src/domain/calendar/fresh-demands.test.ts',
        'who wants a class fresh is told: of those in force all, and of those to come the next',
        'what is told is what the cache goes by',
        'the starts that are listed are those that the cache goes by, one for each instant',
        'an explanation says which period wants fresh values, from when, and where that is written',
      ),
      ...prove(
        'src/cli/calendar-command.test.ts',
        'a demand for fresh values is explained with the line on which it is written',
      ),
      ...prove('test/e2e/calendar.test.ts', 'who wants what is kept to be fresh is told at its key, with the line'),
      ...prove(
        'src/platform/cache/fresh-since.test.ts',
        'what is in Redis from before a period that demands fresh values answers nobody in it, whatever a clock says',
      ),
    ],
  },
  {
    id: 'K/effects',
    source: 'calendar, policies',
    behaviour:
      'The calendar moves request rates, caps on spending, the pace of probes, backups and what the colleagues know of the day.',
    provenBy: [
      ...prove(
        house,
        'a colleague knows the day: the line stands in what the model is told',
        'a connection is asked at the pace of the period, and its status says so',
        "members' rates are the period's; a fault in the file is told by /health and moves nothing",
      ),
      ...prove(
        'src/features/budgets/budgets.test.ts',
        "the business calendar moves a member's cap, and not the deployment's",
      ),
      ...prove('test/integration/scheduled-backups.test.ts', 'the calendar moves how often and when a backup is made'),
    ],
  },
  {
    id: 'K/figures',
    source: 'calendar, policies',
    behaviour:
      'Figures in what the colleagues are told are counted in the row scope of whoever asks; unknown is not zero.',
    provenBy: [
      ...prove(
        'test/integration/day-for-whom.test.ts',
        'each sees the figures of the day as their rows say, and of another instant the line as it is written',
      ),
      ...prove(
        'src/features/clients/clients.test.ts',
        'those more than thirty days late are counted apart, also where an invoice names no amount',
        'clients that renew soon are counted in sight, by days from the data day, and not known without a renewal day',
      ),
      ...prove(
        'src/features/deals/closing.test.ts',
        'open deals that are to close this month are counted in sight, and not known where no deal says when',
      ),
    ],
  },
  {
    id: 'K/file',
    source: 'calendar, files',
    behaviour: 'A faulty file is told with line, place and suggestion, and leaves the last good calendar in force.',
    provenBy: prove(
      room,
      'a fault leaves the last good calendar in force and is told with its line; mended, the file holds',
      'every kind of disorder in a file is a fault with its line, never a crash',
      'saving writes the file whole and puts it in force; a member may not, and a fault is refused',
    ),
  },
  {
    id: 'K/what-if',
    source: 'calendar, files',
    behaviour:
      'Before a text is saved it is told what it would move otherwise over the next 30 days: which key, from what to what, when.',
    provenBy: [
      ...prove(
        changes,
        'a changed factor of a period to come is told with its stretch; a calendar that is the same changes nothing',
        'neighbours of the same values are one, whatever begins and ends between them',
        'a ramp belongs to what it leads to and from, between two to the first',
        'a value differs exactly where it is told, and as it is told where nothing is on its way',
        'it costs a look at each stretch between two edges of the span, however long the plans are',
      ),
      ...prove(
        'src/features/calendar/what-values-change.test.ts',
        'what periods to come would move otherwise is told by key, from when until when, and how often',
        'of very many the first are told, and how many more there are',
      ),
      ...prove(
        'src/features/calendar/calendar-check.test.ts',
        'another least number of replicas moves what periods make of it, and is told itself',
        'each field of `scaling` that would be another is told with what it would be and is',
        'what a cache would give no longer is told by its class, from when on, by whom and how often',
        'a demand for fresh values whose period is under way bears at once, and is told so',
        'of a period that is over it is told as long as something from before may be kept',
      ),
      ...prove('test/e2e/calendar.test.ts', 'a factor of a period to come is told with from when until when'),
    ],
  },
  {
    id: 'K/scaling',
    source: 'calendar, scaling',
    behaviour:
      'How many replicas there shall be is said with its source and its reasons, within limits of number, step and money.',
    provenBy: [
      ...prove(
        'src/domain/scaling/advise-replicas.test.ts',
        'the greater of calendar and load speaks, and says whose word it is',
        'steps, the most there may be, money and shadow hold it, each in words',
      ),
      ...prove(
        'src/features/calendar/scaling.test.ts',
        'however often it is asked, it goes up by no more than a step a minute',
        'while only watching it tells what it would be as if it were followed',
      ),
      ...prove(
        'test/integration/scaling-for-keda.test.ts',
        'a scaler reads how many replicas there shall be with a key that may do nothing else',
        'the same number stands in the metrics as a gauge',
      ),
      ...prove(room, 'replicas: the floor of the period with its words, the load above it, and the limits of the file'),
    ],
  },
  {
    id: 'K/deploys',
    source: 'calendar, freeze',
    behaviour:
      'A pipeline is told whether it may deploy, until when and by whose word not; a calendar that is not the written one is no yes.',
    provenBy: [
      ...prove(
        'src/domain/calendar/freeze.test.ts',
        'a freeze ends when no period says so any more, whatever else begins and ends before',
        'a period of a higher priority that lets deploys go ahead ends it',
      ),
      ...prove(
        'src/cli/calendar-command.test.ts',
        'a pipeline may deploy, or is told until when and why it may not',
        'a faulty calendar is no yes: the fault, and 78',
        'nor is one that cannot be read',
        'nor is one that is named and not there',
      ),
      ...prove(
        'test/integration/day-for-whom.test.ts',
        'a freeze is told with its words, and whoever activates or saves in it is warned, not refused',
      ),
    ],
  },
]
