import { prove, type Requirement } from './requirement.ts'

const wakeups = 'src/platform/wakeups/wakeups.test.ts'
const far = 'src/features/conversations/far-turns.test.ts'
const processes = 'src/features/conversations/far-processes.test.ts'
const limits = 'src/http/socket/socket-limits.test.ts'
const book = 'src/http/socket/member-book.test.ts'
const door = 'src/http/socket/socket-door.test.ts'
const together =
  'asked at one process, followed at another; signed out at one, cut at the other; drained, told to come back'

/** What holds for connections that stay open, and between processes. */
export const SOCKETS: readonly Requirement[] = [
  {
    id: 'W/wake-ups',
    source: 'replicas, subscriptions across processes',
    behaviour:
      'Processes wake each other over Redis or PostgreSQL; after a gap everybody looks again, and nothing waits for it.',
    provenBy: [
      ...prove(
        wakeups,
        '${kind}: others hear what is told, by topic; who tells does not, nor who has stopped',
        'Redis frozen, then killed and started: nobody waits, all are told of the gap and hear again',
        'PostgreSQL cuts the line: it comes back, tells of the gap and is heard again',
        'deployments that share a Redis do not hear each other',
        'a process alone at its database notifies nobody; a short command is heard before it ends',
      ),
      ...prove(
        far,
        '${kind}: asked at one process, answered at another, followed at both: by wake-ups alone',
        '${kind}: a change in a conversation is told at every process',
        '${kind}: a cancel reaches the process that answers, by wake-ups alone',
        'Redis frozen in the midst of an answer: the follower gets every event once, by looking',
      ),
      ...prove(
        processes,
        '${kind}: each piece that another process says is read here long before anybody looks',
        '${kind}: a question that came to a process without room is claimed by one that has some, long before it looks',
      ),
      ...prove('test/integration/two-processes.test.ts', together),
    ],
  },
  {
    id: 'W/credentials',
    source: 'WebSocket hub, permission changes and sign-outs',
    behaviour: 'Who signs out, is suspended or loses a right is cut off from open connections at every process.',
    provenBy: [
      ...prove(
        'src/features/access/check-credentials.test.ts',
        'of held credentials one look finds those that ended and those that permit something else',
        'whoever keeps connections open hears of a change made by another process, and by their own',
      ),
      ...prove(
        limits,
        'a connection whose rights are gone is closed: 4401 signed out, 1008 when what it follows is not permitted any more',
      ),
      ...prove('test/integration/two-processes.test.ts', together),
    ],
  },
  {
    id: 'W/limits',
    source: 'WebSocket hub, limits',
    behaviour:
      'Half-open, slow, noisy and nameless connections are found, and limits hold for a member over all connections.',
    provenBy: [
      ...prove(
        limits,
        'a half-open connection is found within 45 s; one that answers the heartbeat stays',
        'a client learns that the line lives: its ping is answered',
        'who takes nothing until a megabyte waits is closed with 1013; no more than that and one frame ever waits',
        'who does not even take the farewell is cut a second later',
        'frames are limited over all connections of a member; who does not stop is closed with 1008',
        'who has not said who they are gets ten seconds, few frames, and no more company than there is room for',
        'nothing is compressed: the server offers no extension',
      ),
      ...prove(
        book,
        'frames and followed answers count for the member, over all connections',
        'a member has so many connections and no more, until one goes',
        'to come anew is not to begin anew; who has gone and is owed nothing is forgotten',
      ),
    ],
  },
  {
    id: 'W/storm',
    source: 'WebSocket hub, reconnect storm and drain',
    behaviour:
      'A storm of connections is absorbed, and a process that stops sends its readers elsewhere, spread in time.',
    provenBy: [
      ...prove(
        limits,
        'a storm is absorbed: so many are looked up at once, the rest is told to come back before it costs a look',
      ),
      ...prove(
        door,
        'a drain tells clients to come back and closes with 1001',
        'over HTTP: 202 with ids, the stream by Accept, resume by after and by Last-Event-ID, 404 for others',
      ),
    ],
  },
]
