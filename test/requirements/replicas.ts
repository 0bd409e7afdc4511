import { prove, type Requirement } from './requirement.ts'

const queue = 'src/features/conversations/queue.test.ts'
const overload = 'src/domain/overload/overload.test.ts'
const gate = 'src/http/admission-gate.test.ts'
const cluster = 'test/integration/cluster.test.ts'
const servers = 'src/features/tools/replicas.test.ts'
const keeper = 'src/features/tools/report-keeper.test.ts'
const stall = 'src/domain/turn/stall.test.ts'

/** What holds when several processes answer many people. */
export const REPLICAS: readonly Requirement[] = [
  {
    id: 'N/fair',
    source: 'replicas, ownership of turns',
    behaviour: 'Questions are claimed fairly over members, each once, and who waits knows the place in the queue.',
    provenBy: [
      ...prove(
        queue,
        'who asks one question does not wait for another who asked ten',
        'of one member the oldest question is answered first, and all are answered in the end',
        'processes that claim at the same time share the queue out: each turn once, and none is left',
        'a queued turn tells its place, by the order of claiming',
        'however many ask for their place, the queue is ranked once a second, and at once for a question that is newer',
      ),
      ...prove(
        'web/src/state/queue-words.test.ts',
        'whoever waits reads how many come before, and nothing that is not known',
      ),
    ],
  },
  {
    id: 'N/hang',
    source: 'replicas, ownership of turns',
    behaviour:
      'A database that was away, or stood still without a word, makes nobody take over the turns of the living.',
    provenBy: [
      ...prove(
        'src/features/conversations/outage.test.ts',
        'an outage longer than the lease loses nothing and hands nothing over: the owner goes on where it was (${refusal})',
        'a database that hangs without a word hands nothing over either, though its claims arrive before the owner is back',
      ),
      ...prove(
        'test/integration/database-hang.test.ts',
        'no turn is taken over because PostgreSQL stood still, and then went on: ${round}',
        'no turn is taken over because somebody had locked the table of turns',
      ),
      ...prove(queue, 'a claim that is done later than it was sent takes over nothing that ran out meanwhile'),
    ],
  },
  {
    id: 'N/admission',
    source: 'replicas, ownership of turns',
    behaviour: 'A full queue refuses the next question at once, with a time to come back, and stores nothing of it.',
    provenBy: prove(
      queue,
      'when too many questions wait, the next is refused with a time to come back, and was not stored',
    ),
  },
  {
    id: 'N/stalls',
    source: 'replicas, ownership of turns',
    behaviour: 'A turn that hangs, or that nobody claims, is noticed, counted and told.',
    provenBy: [
      ...prove(
        queue,
        'a turn that hangs is counted and makes the health degraded until it goes on',
        'a due turn that nobody claims for long is told with how long it has waited',
      ),
      ...prove(
        stall,
        'an attempt stalls when no model begins, or begins and says nothing, each after its own time',
        'one that waits for a person, or has spoken, does not stall however long it takes',
      ),
    ],
  },
  {
    id: 'N/leave',
    source: 'replicas, restarts one after the other',
    behaviour:
      'A replica that is asked to end answers until its balancer has heard so, and ends in time however many connections are kept open.',
    provenBy: [
      ...prove(
        'src/http/readiness-askers.test.ts',
        'a balancer that asks each second is waited for until it was told twice, and for what it sent meanwhile',
        'of two balancers both are waited for, of one that is gone for four seconds only',
        'nobody is waited for who asked once, or seldom, or not lately',
      ),
      ...prove(
        'src/http/close-server.test.ts',
        'a connection that is at work when the server ends gets its answer, and ends with it although its client keeps it',
        'who opened a connection and says nothing is cut off after a while',
      ),
    ],
  },
  {
    id: 'N/simulated',
    source: 'replicas, simulation',
    behaviour:
      'Turns, leases, journal, resuming, single flight and schedules hold in whatever order things happen, and PostgreSQL and Redis do as their machines do.',
    provenBy: [
      ...prove(
        'test/simulation/turns.test.ts',
        'whatever dies, ends, freezes, is cut off or lost, in whatever order: every turn ends once, readers have what is stored, and a person is heard',
        'the same seed is the same run',
      ),
      ...prove(
        'test/simulation/turns-in-postgres.test.ts',
        'PostgreSQL takes every step of turns, leases, fences and journal as the machine of the simulation does',
      ),
      ...prove(
        'test/simulation/calls-in-postgres.test.ts',
        'PostgreSQL takes every step of calls, decisions, waiting and giving back as the machine of the simulation does',
      ),
      ...prove(
        'test/simulation/cache.test.ts',
        'whatever makers and invalidations do in whatever order: one making answers all who wait, nobody gets less than was told',
      ),
      ...prove(
        'test/simulation/sharing.test.ts',
        'however processes that share a cache freeze, fail and lose what they say: they make a value once, nobody gets less than was told, everybody gets an answer',
      ),
      ...prove(
        'test/simulation/tier-in-redis.test.ts',
        'Redis takes every step of rights, values and tags as the machine of the simulation does',
      ),
      ...prove(
        'test/simulation/schedule.test.ts',
        'however long a server is away: each briefing is told once, at the first look after its hour, unless the next is due already',
      ),
      ...prove('test/simulation/run-machine.test.ts', 'every machine runs by seed, and one is chosen by its name'),
    ],
  },
  {
    id: 'N/overload',
    source: 'replicas, overload',
    behaviour:
      'Of five times what can be done nearly as much is done as can be, answers to people first, and soon after all is as before.',
    provenBy: [
      ...prove(
        overload,
        'at five times the load nearly as much is done as can be, in a bounded time, and soon after nothing is refused',
        'in a storm of pages and background work, answers to people are hardly refused',
        'a burst that can be worked off in a moment is not refused',
      ),
      ...prove(
        gate,
        'what finds no room waits by rank, and is refused after a moment',
        'over HTTP: a full house answers 503 with a time to come back, without asking who it is; monitors are let in',
      ),
    ],
  },
  {
    id: 'N/any-order',
    source: 'replicas, cluster mode',
    behaviour: 'Replicas, balancer and database start in any order, and replicas end, die and hang without the others.',
    provenBy: prove(
      cluster,
      'three replicas and a balancer started in any order, on an empty database, are one deployment',
      'what one replica was told the others know, and no request fails while each in turn is ended and started',
      'a replica that is killed or hangs is passed over until it is back',
      'PostgreSQL stopped at once, killed or frozen is the same database when it is back',
    ),
  },
  {
    id: 'N/any-redis',
    source: 'replicas, cluster mode',
    behaviour:
      'Redis is one server, watched by sentinels or a cluster, with a user and TLS; another primary is found by itself.',
    provenBy: [
      ...prove(
        'src/platform/redis/redis-failover.test.ts',
        'a primary behind sentinels that is killed is left for the one they elect, for commands and for messages',
        'one that is frozen as well, though its connections stay open; when it thaws, it is not taken for the primary',
        'in a cluster all keys of a deployment lie together, and who holds them is followed when it dies',
        'in a cluster a slot that moves is followed without anything dying',
      ),
      ...prove(
        'src/platform/redis/redis-tls.test.ts',
        'over TLS a user of the access list is let in, when the certificate is vouched for',
        'a certificate that nobody vouches for, or of another server, is refused',
      ),
      ...prove(
        'src/platform/config/config.test.ts',
        'Redis is one server, or found through sentinels or some nodes of a cluster, with or without TLS and a user',
        'a way to Redis that cannot be read says what is wrong with it, and no password',
      ),
      ...prove(
        'src/platform/cache/shared-faults.test.ts',
        'an invalidation that Redis lost again, as by a crash or an election, is told once more when it is back',
      ),
    ],
  },
  {
    id: 'N/shipped-redis',
    source: 'replicas, cluster mode',
    behaviour:
      'The Redis that ships lets the product do what it needs and nothing else; what is unsafe about another is told.',
    provenBy: [
      ...prove(
        'src/platform/cache/shipped-redis.test.ts',
        'the cache works over the Redis that ships, and begins warm after it was killed',
        'what the product does not need is refused to its user, outside scripts and in them',
        'nobody comes in without a password, and by the files as they ship nobody at all',
      ),
      ...prove(
        'src/platform/redis/redis-link.test.ts',
        'a Redis that is not set up as a cache is told loudly, one that is says how full it is',
        'beyond this machine a Redis without a password is unsafe, one without TLS is told of, and one that is too old as well',
        'settings that may not be read are said to be unknown, with what to allow',
      ),
    ],
  },
  {
    id: 'N/servers',
    source: 'replicas, MCP servers',
    behaviour:
      'Whichever process is asked of an MCP server tells the same; one asks it, another takes over, and what a frozen one says late is not taken.',
    provenBy: [
      ...prove(
        servers,
        'whichever house is asked tells the same: state, probes, calls, the last fault, and who probed',
        'what happens is told alike by all houses, by the same numbers, and a reader may go on at another house',
        'one house asks the server, and the others ask it nothing',
        'tools that are agreed to, and servers that come, change and go, are known to all',
        'a house that asks and is ended by ${end} is followed by another, and by one only',
        'a slow server that is removed keeps nobody from hearing of the others',
        'after a restore of the database the houses go by what it has, and tell what happens from then on',
        'what one house stored the others hear at once, by a word and not by looking now and then',
      ),
      ...prove(
        keeper,
        'what whoever asked before still has to say is not taken once another has taken over, however new it is',
        'of two who saw something the newer counts, in whichever order they tell it; each call and fault counts once',
        'twenty who tell something at once lose nothing, and events are numbered without a gap',
        'with the database away what was met counts here, and is told once the database is back',
        'words of a server that PostgreSQL cannot store are stored without what is amiss, and nothing waits behind them',
        'one thing that PostgreSQL refuses is left out, and what was noted with it is stored',
      ),
      ...prove(
        'src/features/tools/prober-leases.test.ts',
        'with the database away a server that waits is told once that it may be asked, not at each look',
        'a process that is too busy to renew asks no server beside the one that may, and goes on with those it holds',
        'a pool that is full ends no right to ask a server',
      ),
      ...prove(
        'src/features/tools/probe-server.test.ts',
        'a list of tools that comes after another process took over is not taken',
      ),
      ...prove(
        'src/features/tools/shared-feed.test.ts',
        'an event that is stored in the midst of a look is told once, by the next',
      ),
      ...prove(
        'src/features/tools/oauth-scope.test.ts',
        'what a server wants of somebody is shown by the process that did not meet it, and so is the sign-in that gives it',
      ),
    ],
  },
  {
    id: 'N/renewal',
    source: 'replicas, MCP servers',
    behaviour: 'A refresh token is used once, whichever processes find the sign-in ended, also across an outage.',
    provenBy: [
      ...prove(
        'src/features/tools/oauth-renewal.test.ts',
        'twenty calls at once in each of two processes renew an ended sign-in once',
        'what one process renewed while the database was away is not renewed by another with the token that is spent',
      ),
      ...prove(
        'src/features/tools/oauth-unread.test.ts',
        'a process that cannot read the sign-in for now sends nothing without it, and takes the server from nobody',
      ),
      ...prove(
        'src/features/tools/credentials-store.test.ts',
        'whoever was too slow with a renewal does not end the lease of another',
        'a refusal that comes after the lease ends no sign-in that another renews; what was given counts however late',
      ),
    ],
  },
]
