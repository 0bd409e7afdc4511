import { prove, type Requirement } from './requirement.ts'

const hub = 'src/features/tools/hub.test.ts'
const faults = 'src/features/tools/faults.test.ts'
const stdio = 'src/features/tools/stdio.test.ts'
const servers = 'src/features/tools/servers.test.ts'
const oauth = 'src/features/tools/oauth.test.ts'
const scope = 'src/features/tools/oauth-scope.test.ts'
const document = 'src/features/tools/oauth-client-document.test.ts'
const revocation = 'src/features/tools/oauth-revocation.test.ts'
const renewal = 'src/features/tools/oauth-renewal.test.ts'
const talk = 'test/integration/tools-in-conversation.test.ts'
const health = 'src/domain/mcp/server-health.test.ts'
const rules = 'src/domain/mcp/mcp-rules.test.ts'
const sync = 'src/features/sync/sync.test.ts'
const runs = 'src/features/sync/sync-runs.test.ts'
const syncFaults = 'src/features/sync/sync-faults.test.ts'

/** What Sophia knows and does of servers that speak the Model Context Protocol. */
export const CONNECTIONS: readonly Requirement[] = [
  {
    id: 'M/status',
    source: 'connections, status',
    behaviour:
      'Of each server the status says what was measured, why, and what callers can expect; reading it asks nobody.',
    provenBy: [
      ...prove(
        faults,
        'each fault: the status says what is wrong, callers are told at once, and it heals',
        'a fault of one never showed at another',
      ),
      ...prove(
        hub,
        'reading asks nobody: a thousand readings send no request',
        'the very next call finds a dead server, and the status does not wait for the next probe in its turn',
      ),
      ...prove(
        health,
        'one lost packet is no outage, two in a row are',
        'a refused credential shows that the server is there: never unhealthy',
      ),
    ],
  },
  {
    id: 'M/flapping',
    source: 'connections, status',
    behaviour: 'A server that goes up and down is held at the worse state, longer each time, until it has been quiet.',
    provenBy: [
      ...prove(health, 'four changes in ten minutes hold the worse state, longer the second time, and quiet ends it'),
      ...prove(hub, 'a server that goes up and down again and again is held at the worse state, and said to flap'),
    ],
  },
  {
    id: 'M/history',
    source: 'connections, status',
    behaviour: 'Transitions are told as they happen, none left out, and outlive a restart.',
    provenBy: prove(
      hub,
      'transitions are told as they happen, from the number on that a reader saw last',
      'the history outlives a restart, and no state is kept as an order not to look',
    ),
  },
  {
    id: 'M/pins',
    source: 'connections, tools',
    behaviour: 'A tool is called only as it was agreed to; a change shows what changed and waits for a yes.',
    provenBy: [
      ...prove(
        hub,
        'a changed tool is disabled until somebody agrees to it, and shows what changed',
        'a tool that says it reads after it was agreed to as one that writes is not called without asking',
      ),
      ...prove(
        rules,
        'the pin is the same in whatever order a definition is told, and another for any change',
        'names are what every model takes, at most 64, and two tools never become one',
      ),
    ],
  },
  {
    id: 'M/once',
    source: 'connections, tools',
    behaviour: 'A call that writes happens once for its key; a lost answer is told as unknown and never repeated.',
    provenBy: [
      ...prove(
        hub,
        'a call that writes happens once for its key, and the same key gives the same answer',
        'a tool that writes asks for a key, and a lost answer is told as unknown and never repeated',
        'a forgotten session heals by itself, within the call that finds it, and the write is done once',
      ),
      ...prove(talk, 'a write whose answer was lost is told as unknown and not sent again'),
    ],
  },
  {
    id: 'M/colleagues',
    source: 'connections, tools',
    behaviour:
      'Colleagues use permitted tools, ask before they write, take what tools say as data, and know what is out.',
    provenBy: prove(
      talk,
      'a colleague uses a reading tool without asking; what it said is marked as data, not orders',
      'a writing tool waits for a yes, runs once under the key of its call, and not at all after a no',
      'behind a dead server the model is told which, why and since when, and a call fails at once in words',
      'a persona without tools is offered none, and a tool that is asked for all the same does not run',
    ),
  },
  {
    id: 'M/children',
    source: 'connections, hub',
    behaviour: 'Servers that run as child processes get no more than their own environment, and none outlives Sophia.',
    provenBy: prove(
      stdio,
      'a child inherits the way to its programs and its own settings, nothing else',
      'no child and no child of a child outlives the hub that is ended by ${end}',
    ),
  },
  {
    id: 'M/questions',
    source: 'connections, hub',
    behaviour:
      "What a server asks in the midst of a call reaches the person of that call and nobody else; their time is not the server's.",
    provenBy: [
      ...prove(
        'test/integration/questions-in-conversation.test.ts',
        '${server}: what a tool asks reaches the person as fields, and their answer reaches the tool',
        '${server}: progress of a long call reaches the reader',
        'an answer that does not fit is told field by field, and the question stands',
      ),
      ...prove(
        'test/integration/whose-question.test.ts',
        "a question is the asker's alone to answer, once; a later word changes nothing",
        'two people are asked by one server at once, each what is theirs',
        'after its owner gave the turn up, the next one asks anew, and the old question is over',
      ),
      ...prove(
        'test/e2e/questions.test.ts',
        'it survives a reload; what does not fit is said at its field, and nothing typed is lost',
      ),
    ],
  },
  {
    id: 'M/secrets',
    source: 'connections, credentials',
    behaviour: 'Headers and tokens are sealed at rest, reach their own server only, and are shown to nobody.',
    provenBy: [
      ...prove(
        servers,
        'a server added on screen keeps its header sealed, is asked at once, and goes with all that was known of it',
        'a connection that moves to another host takes no header along',
        'an address inside a private network is not called unless the operator named it',
      ),
      ...prove(
        oauth,
        'two members: each calls as themselves, and no token turns up anywhere but at its own server',
        'a state holds once, for ten minutes, and for whoever began; nothing of the query comes back',
        'credentials stay with the address they were given for',
      ),
      ...prove(renewal, 'twenty calls at once in each of two processes renew an ended sign-in once'),
    ],
  },
  {
    id: 'M/wider-sign-in',
    source: 'connections, credentials',
    behaviour:
      'A tool that wants a wider sign-in says which, takes no other tool down, and works once somebody has agreed; nothing loops.',
    provenBy: prove(
      scope,
      'a tool that wants a wider sign-in says which; the others go on, and after it the tool works',
      'what a server wants of one member is theirs alone, and outlives a restart',
      'a wider sign-in that the person denies leaves the one there is',
      'what is refused although it was granted is told as the refusal of the server, once and for all',
    ),
  },
  {
    id: 'M/client-document',
    source: 'connections, credentials',
    behaviour:
      'Sophia signs in as the client that was entered, else under her published document where it is taken, else by registering.',
    provenBy: prove(
      document,
      'where documents are taken Sophia signs in under hers, renews under it, and registers nowhere',
      'nobody can read a document on plain http or on this machine: it is not there, and not used',
      'a client that was entered goes before the document, and the document before one registered earlier',
      'an authorization server that says it takes documents and then does not is signed in to by registering',
    ),
  },
  {
    id: 'M/sign-out',
    source: 'connections, credentials',
    behaviour:
      'Who signs out has nothing left here, in seconds; what was given is ended at the other side, or it is told that it was not.',
    provenBy: prove(
      revocation,
      'who signs out ends at the other side what was given, both kinds of it, and nobody else’s',
      'whatever the other side does, signing out takes seconds at most, and here the sign-in is gone',
      'with a server that is removed go the sign-ins of all, at the other side as well',
      'what is renewed while somebody signs out is ended as well',
    ),
  },
  {
    id: 'M/conformance',
    source: 'connections, proof',
    behaviour: 'The client keeps to both revisions of the protocol, but for what is named with its reason.',
    provenBy: prove(
      'test/conformance/conformance.test.ts',
      'the client conforms to ${revision} but for what is written down',
    ),
  },
  {
    id: 'M/sync',
    source: 'connections, sync',
    behaviour:
      'A CRM behind a server is copied whole, then in step: changes, deletions and merges, with history and age.',
    provenBy: [
      ...prove(
        sync,
        'the first run brings all 10,000 records, or says of each that it cannot why',
        'the next run asks for what changed only, once per kind, and brings it with its history',
        'what was merged there follows: deals and contacts of the one belong to the other',
        'a server that is gone leaves the last good data, with its age, and the run says why in words',
      ),
      ...prove(
        runs,
        'a run that is killed with its process goes on in another where it stood, and doubles nothing',
        'the same said as HTTP 429 with Retry-After',
      ),
      ...prove(
        syncFaults,
        'what was changed here stays until the CRM changes it too; then the later change wins, and it is named',
      ),
    ],
  },
]
