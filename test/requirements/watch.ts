import { prove, type Requirement } from './requirement.ts'

const alerts = 'src/domain/alerts/alerts.test.ts'
const objectives = 'src/features/watch/objectives.test.ts'
const watch = 'src/features/watch/watch.test.ts'
const rules = 'test/integration/alert-rules.test.ts'
const scraped = 'test/integration/prometheus.test.ts'
const grafana = 'test/integration/grafana-dashboard.test.ts'
const metrics = 'src/platform/telemetry/metrics.test.ts'
const depths = 'src/platform/jobs/queue-depths.test.ts'
const scrapes = 'test/integration/metrics-route.test.ts'
const clocks = 'src/features/watch/watch-clocks.test.ts'
const probe = 'src/worker/watchdog/watchdog.test.ts'
const verdict = 'web/src/state/watch-verdict.test.ts'
const screen = 'test/e2e/operations.test.ts'
const outage = 'test/e2e/outage.test.ts'
const stream = 'src/http/routes/watch-routes.test.ts'
const figures = 'src/features/watch/figures.test.ts'
const killed = 'test/integration/watchdog.test.ts'
const replay = 'src/domain/alerts/replay.test.ts'
const alertmanager = 'test/integration/alertmanager.test.ts'

/** What Sophia knows of how well she does, and who is told. */
export const WATCH: readonly Requirement[] = [
  {
    id: 'W/metrics',
    source: 'metrics',
    behaviour: 'Every metric has bounded labels and is as Prometheus likes it.',
    provenBy: [
      ...prove(
        metrics,
        'every label of every metric has a bound',
        'ten thousand values of a label make no more series than its bound; what is past it is still counted',
        'a gauge that is told anew has room for as many as there are, however many there were',
        'names that came past the bound are not kept: a million of them take no memory',
        'calls of models are told apart from a tenth of a second to two minutes',
        'queues are told as they were last seen; of what is not known nothing is told',
      ),
      ...prove(depths, 'jobs that are due are counted by queue, at a pace of its own however often it is asked'),
      ...prove(scraped, 'what she tells is as Prometheus likes it'),
      ...prove(
        scrapes,
        'a hundred scrapes at once are all answered alike, from at most two gatherings, and others are answered meanwhile',
        'who comes after the figures were gathered is not told those of before',
      ),
    ],
  },
  {
    id: 'W/objectives',
    source: 'objectives',
    behaviour: 'Budgets, burn and history over all processes and restarts, in tables of bounded size.',
    provenBy: prove(
      objectives,
      'what two replicas saw is one figure, and still told apart for an hour',
      'nothing is said of what was not seen',
      'what is aimed at beyond the promise is told beside it, and nothing where there is no aim',
      'an objective of the cache has the class and the share of the definition of that class, and so has what the cache tells of itself',
      'what could not be written while the database was away is written later, with the time it was seen at',
      'what was stored though the answer was lost is not added twice, and what came meanwhile is not lost',
      'where there is nothing that could be seen that is said, unless something was seen before',
      'ten seconds are kept for a day, five minutes for ninety, replicas apart for a day: the size has a bound',
    ),
  },
  {
    id: 'W/detection',
    source: 'alerts',
    behaviour: 'A dead or failing server is told within 17 seconds.',
    provenBy: [
      ...prove(probe, 'a server that hangs is told within 17 s, whenever it began, once; its end is told too'),
      ...prove(watch, 'a process that was killed is told within seventeen seconds; one that leaves is not missed'),
      ...prove(
        killed,
        'a server that is killed is told of by its second process, which then ends; the next start counts the outage, and its stop is not told',
      ),
    ],
  },
  {
    id: 'W/clocks',
    source: 'alerts',
    behaviour:
      'Replicas whose clocks are minutes apart page nobody for nothing, miss nothing, and tell each thing once.',
    // Each stands there twice, by whose clock comes first.
    provenBy: prove(
      clocks,
      'clocks that differ wake nobody while all is well, ${order[0]} first',
      'a total outage is told in time and once although clocks differ, ${order[0]} first',
      'one of the two that fails is told once, and its end once, ${order[0]} first',
      'when one is killed the other tells so in time, once: ${order[1]} is killed',
    ),
  },
  {
    id: 'W/no-false-page',
    source: 'alerts',
    behaviour:
      'A day of ordinary traffic with deployments, month-end and a slow provider wakes nobody; an outage in it does.',
    provenBy: prove(
      replay,
      'an ordinary day with deployments, the close of a month and a slow provider wakes nobody',
      'the same day wakes somebody for each outage that is planted in it, in time',
      'whenever in the working day all requests begin to fail, that is told within 17 s',
    ),
  },
  {
    id: 'W/alertmanager',
    source: 'alerts',
    behaviour: 'A real Prometheus with a real Alertmanager, by the files that ship, tells what Sophia tells.',
    provenBy: prove(
      alertmanager,
      'Alertmanager takes its file, Prometheus its own and the rule of causes',
      'each alert finds the people of its urgency, and of a cause that is pending nobody is told',
      'both tell the cause in the same words and once, and not what follows from it, also before the cause fires',
    ),
  },
  {
    id: 'W/alerts',
    source: 'alerts',
    behaviour: 'One catalogue, judged in the process and in Prometheus; told once, grouped, by cause, unless silenced.',
    provenBy: [
      ...prove(
        alerts,
        'a total outage reaches the pairs in the time that was computed for them',
        'while the cause holds, even before it fires, its effects are not told; one that outlives it is',
      ),
      ...prove(
        watch,
        'of three processes one judges and one tells, also when all run at the same time',
        'the calendar moves threshold and time of a rule, and says the base beside it',
        'a silence keeps it from being told until it ends, and says who and why',
        'a webhook that is busy is tried again with growing pauses; one that says no is not, and that is told',
      ),
      ...prove(rules, 'Prometheus takes the rules', 'no rule is without a test that fires it and one that does not'),
    ],
  },
  {
    id: 'W/screen',
    source: 'operations page',
    behaviour: 'One page says what is wrong now and what to do; what is not known is never said to be well.',
    provenBy: [
      ...prove(
        verdict,
        'all is said to be well only when all of it is known, fresh and well',
        'nothing heard yet is unknown, and so is a server that went silent, whatever was well before',
      ),
      ...prove(
        screen,
        'what is wrong stands first in a sentence, its cause before what follows, with what to do',
        'an alert is silenced for a while with a reason, stays on screen, and is told again when that is ended',
        'when the server is not reached the page says so, keeps what it had and how old that is',
      ),
      ...prove(
        outage,
        'with PostgreSQL gone the page says so within seconds, and keeps what it knew with how old that is',
        'opened anew meanwhile it tells which part is down and since when, and goes on by itself once it is back',
      ),
      ...prove(stream, 'the stream tells each kind as it happens, and ends its listening with the reader or the drain'),
    ],
  },
  {
    id: 'W/figures',
    source: 'operations page',
    behaviour:
      'How it went is written down once, at its time, over all processes, in tables of bounded size, with what was changed.',
    provenBy: prove(
      figures,
      'what two processes measured stands in the same span: what was counted is added, and so are levels',
      'what was measured while the database was away is written later, at its time',
      'what was stored though the answer was lost is not added twice, and what came meanwhile is not lost',
      'ten seconds are told apart for a day, then five minutes of all processes together, and nothing after ninety days',
      'beginnings, ends and what came into force stand on the axis once, however many processes have it',
      'a process that still runs by what was before changes nothing back',
    ),
  },
  {
    id: 'W/dashboard',
    source: 'dashboards',
    behaviour:
      'Every query of the dashboard is answered by a real Prometheus that scrapes a real Sophia, for all replicas and for one; it is a dashboard by the types that Grafana publishes.',
    provenBy: [
      ...prove(scraped, 'every query of the dashboard is answered, and no rule fires that should not'),
      ...prove(
        grafana,
        'the dashboard is one by the types that Grafana publishes',
        'a field that Grafana does not know, a word that it does not take and a number for a word are found',
        'no two panels have one number or one place, and none is wider than the page',
        'what a process tells of itself goes by the replicas that are picked; alerts and objectives are shown as they are judged',
        'tokens and money by provider, times of providers, waits of the pool, sockets and queues are on it',
      ),
    ],
  },
]
