import { prove, type Requirement } from './requirement.ts'

const kept = 'src/features/conversations/turn-traces.test.ts'
const recorded = 'src/platform/tracing/tracing.test.ts'
const sent = 'src/platform/tracing/open-otlp.test.ts'
const worth = 'src/domain/trace/keep-trace.test.ts'
const whole = 'test/integration/traces.test.ts'
const jobs = 'src/platform/jobs/job-trace.test.ts'
const screen = 'test/e2e/trace.test.ts'
const settings = 'test/integration/secrets-in-settings.test.ts'
const tiers = 'test/integration/cache-in-traces.test.ts'

/** Where the time of requests and answers goes. */
export const TRACES: readonly Requirement[] = [
  {
    id: 'T/waterfall',
    source: 'traces, an answer explains its time',
    behaviour: 'Any answer tells where its time went, for seven days, without any other program, and its asker alone.',
    provenBy: [
      ...prove(
        kept,
        'where the time of an answer went can be read afterwards: the wait, the context, the model with its first words, the end',
        'whoever did not ask finds nothing, be they who they may',
        'a failed answer has its course, too; while it is written there is none yet',
        'after seven days it is gone, first from sight, then from the table; of what was never stored that is said',
        'it goes with its conversation',
        'while the database is away what is to be stored waits, the eldest first to go, and a later attempt is not overwritten',
      ),
      ...prove(
        screen,
        'any answer tells where its time went, from a button beside it',
        'it has no barrier at both widths and in both themes',
        'of an answer from before, and of one past its days, it says so',
      ),
      ...prove(
        'web/src/state/trace-rows.test.ts',
        'most of the time is put down to the steps themselves, not to what they are made of',
      ),
    ],
  },
  {
    id: 'T/context',
    source: 'traces, W3C context in and out',
    behaviour:
      "A trace goes on from the caller's through every process to providers and MCP servers, which are told of it.",
    provenBy: [
      ...prove(
        whole,
        'one trace from the caller through request, turn, recall, model, tool, connection and statements, and on to whom Sophia calls',
        'an answer is found again by its trace: the id is the correlation id, unless the caller has one of their own',
      ),
      ...prove(
        recorded,
        'where a trace comes from is read as W3C says, and anything else begins a new one',
        'who is called is told of our own step when traces are sent, else of what the caller told, unchanged, or of nothing',
      ),
    ],
  },
  {
    id: 'T/jobs',
    source: 'traces, work that waits',
    behaviour:
      'Each try at a job is a trace of its own that leads back to what sent it; so is each question over a WebSocket, which has no place for a trace.',
    provenBy: [
      ...prove(
        jobs,
        'a job begins a trace of its own, linked to the step that sent it; one that nobody traced sent has no link',
        'each try at a job is a trace, told under its id in the log, and fails by a code; what a caller records is sent at any share',
        'a process that sends no traces records none of its jobs, and takes the word of those that do as no payload',
      ),
      ...prove(sent, '${protocol}: a trace of its own says what it follows from, on its whole alone'),
      ...prove(
        whole,
        'a job has a trace of its own, which leads back to the answer that sent it, and is sent when that is recorded',
        'each question over one WebSocket begins a trace of its own: its frames have no place for another',
      ),
    ],
  },
  {
    id: 'T/cache',
    source: 'traces, tiers of the cache',
    behaviour: 'Each tier of the cache that was asked stands in the trace, with whether it had the answer.',
    provenBy: prove(tiers, 'each tier that was asked stands in the trace, with whether it had the answer'),
  },
  {
    id: 'T/private',
    source: 'traces, no words and no secrets',
    behaviour: 'No word of a message and no secret stands in a trace, kept or sent.',
    provenBy: [
      ...prove(whole, 'no word of a message and no secret leaves with a trace'),
      ...prove(
        settings,
        'no secret of an address or a header of the settings is met, also where all that they lead to fails',
        'a secret in a trace is seen, in one that is kept and in one that was sent',
      ),
      ...prove(kept, 'a tool that fails is told by its code, and one that the model made up not by its name'),
      ...prove(
        recorded,
        'steps hang under the step at hand, have the times of the clock, and fail by a code and never by words',
      ),
    ],
  },
  {
    id: 'T/backend',
    source: 'traces, a backend that is away',
    behaviour:
      'A backend that is away, hangs or refuses touches no answer; what waits for it is bounded, the rest counted.',
    provenBy: [
      ...prove(
        sent,
        "${protocol}: a backend gets every span whole, with the operator's headers",
        'a backend that is away or hangs costs nobody anything: what fits waits for it, the rest is dropped and counted',
        'what a backend refuses is not sent again, and a close does not wait for one that hangs',
      ),
      ...prove(whole, 'a backend that hangs or is gone touches no answer'),
      ...prove(recorded, 'a trace without end is bounded, and one that is over takes nothing more'),
    ],
  },
  {
    id: 'T/kept-by-worth',
    source: 'traces, errors and slow ones always',
    behaviour: 'What failed or took long is always sent; of the rest a share, the same from every process.',
    provenBy: [
      ...prove(
        worth,
        'what failed, took long or is asked for is kept whatever the share; of the rest, all or none at the ends',
        'the share is kept, and by the id alone, so that all processes keep the same ones',
        'an answer is slow by its whole or by its first words',
      ),
      ...prove(
        recorded,
        'of traces that nothing is wrong with a share is sent; errors, slow ones and those a known caller records always',
      ),
    ],
  },
]
