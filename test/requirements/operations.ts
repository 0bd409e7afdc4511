import { prove, type Requirement } from './requirement.ts'

const log = 'src/platform/log/log.test.ts'
const redact = 'src/platform/log/redact.test.ts'
const stream = 'src/platform/log/log-stream.test.ts'
const ecs = 'src/platform/log/to-ecs.test.ts'
const lines = 'test/integration/log-lines.test.ts'
const pipeline = 'test/integration/log-pipeline.test.ts'
const jobs = 'src/platform/jobs/create-jobs.test.ts'
const disk = 'src/features/operations/disk-pressure.test.ts'
const full = 'test/integration/disk-full.test.ts'
const recoveries = 'src/features/operations/recoveries.test.ts'
const pace = 'src/platform/postgres/restart-pace.test.ts'
const relief = 'src/features/operations/memory-relief.test.ts'

/** What an operator has to find out what happened. */
export const OPERATIONS: readonly Requirement[] = [
  {
    id: 'O/settings-file',
    source: 'settings',
    behaviour:
      'What is typed in a clone goes by its .env, below the environment and told as such; services and tests do not.',
    provenBy: prove(
      'test/integration/settings-file.test.ts',
      'what somebody types in a clone goes by its .env, and what the environment says goes before it, in either form',
      'npm start goes by .env, and says once what it has from there',
      'a fault in .env ends npm start, and says where it stands',
      'an .env that cannot be read ends what was to begin; a folder of that name is none of hers',
      'tests, scripts and services do not read it, nor does what is run in the place of a service',
    ),
  },
  {
    id: 'L/form',
    source: 'logs',
    behaviour: 'Lines keep to the Elastic Common Schema; on a terminal they are for people.',
    provenBy: [
      ...prove(ecs, 'names of the schema stay, and all others become labels that are keywords'),
      ...prove(log, 'on a terminal an event is one line, with its level and without the machine'),
    ],
  },
  {
    id: 'L/ids',
    source: 'logs',
    behaviour: 'One id leads from a request to its statements, turn, jobs and calls.',
    provenBy: [
      ...prove(
        lines,
        'one id leads from a request to its statements, its turn and the call of a provider; each line keeps to the schema',
        'a tool call, a refusal and a frame of a socket each leave lines under their own id',
        'one id leads from a socket to the statements, the turn and the call of a provider that its frames set off, and to its own end',
      ),
      ...prove(
        jobs,
        'a job is logged under the id of what sent it, also when it is sent again, and one without a sender under its own',
      ),
    ],
  },
  {
    id: 'L/secrets',
    source: 'logs',
    behaviour: 'No secret stands in a line; every house of the tests is looked through for those it was given.',
    provenBy: [
      ...prove(
        redact,
        'in either form of the log no secret is left, wherever in a line it stood',
        'a private key that was cut off takes no more than the text it stands in',
      ),
      ...prove(lines, 'a secret that stands where it may not is seen, wherever that is'),
    ],
  },
  {
    id: 'L/noise',
    source: 'logs',
    behaviour: 'Of many lines alike some are written, with how many were left out.',
    provenBy: prove(
      log,
      'of lines alike the first are written, then one of many, which says how many were left out',
      'what is asked for by a lower level is written whole',
    ),
  },
  {
    id: 'L/blocked',
    source: 'logs',
    behaviour: 'A log that cannot be written costs lines, never the process.',
    provenBy: prove(
      stream,
      'a pipe that nobody reads costs so much memory, then lines, and never the program; what was lost is told to who reads on',
      'a program whose log nobody reads ends when it should',
      'a pipe that was closed ends the log and not the program',
      'a disk that is full loses lines and not the program, and is written to again once there is room',
    ),
  },
  {
    id: 'L/pipeline',
    source: 'logs',
    behaviour: 'What ships brings every line to Elasticsearch and to Loki once.',
    provenBy: prove(
      pipeline,
      'syslog-ng with the files that ship brings every line to Elasticsearch and to Loki once, also what was written while they were away',
    ),
  },
  {
    id: 'L/read-only',
    source: 'self-healing',
    behaviour: 'Before the disk is full nothing new is stored, reading goes on, and storing comes back by itself.',
    provenBy: [
      ...prove(
        disk,
        'nothing new is stored from below 5 % on, and again from 8 %, without anybody’s help; each is told once',
        'a disk that fills and empties around the bound does not switch to and fro',
      ),
      ...prove(
        full,
        'before the disk is full she stores nothing new, lets people read, and goes on by herself once there is room',
      ),
    ],
  },
  {
    id: 'L/recoveries',
    source: 'self-healing',
    behaviour: 'What is mended by itself is counted, logged and shown, and has a brake.',
    provenBy: [
      ...prove(recoveries, 'what repeats stands once with how often and when last; each time is counted and logged'),
      ...prove(
        'src/features/tools/report-keeper.test.ts',
        'a breaker that opens is told once for each opening, by one of all who met the failures',
      ),
      ...prove(
        'test/integration/broken-connection.test.ts',
        'a connection whose calls fail until it is left alone stands among what was mended by itself, once',
      ),
      ...prove(
        pace,
        'a program that ends again and again is given a minute each time, and is quick again after ten minutes without',
      ),
      ...prove(
        relief,
        'the cache is let go when memory stays short, once in ten minutes however short it stays, and not for a peak',
      ),
    ],
  },
]
