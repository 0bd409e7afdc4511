import { prove, type Requirement } from './requirement.ts'

const manifests = 'test/kubernetes/manifests.test.ts'
const values = 'test/kubernetes/values.test.ts'
const scaling = 'test/scaling/scaling.test.ts'

/** What holds of Sophia on Kubernetes, as far as it can be told without a cluster. `npm run kubernetes:check` runs the real thing. */
export const KUBERNETES: readonly Requirement[] = [
  {
    id: 'O/manifests',
    source: 'operations, Kubernetes',
    behaviour:
      'What is applied to a cluster holds to policies (no root, limits, no moving image, spread, drain) and to the schemas that it names.',
    provenBy: prove(
      manifests,
      'the kept manifests are those of the chart as it is: their seal says so without Helm',
      'no policy is broken: no root, no moving image, limits, spread, drain, probes, budgets, fences, and references that lead somewhere',
      'a policy sees it: ${example}, ${kind}, ${what}',
      'each object is what the API version that it names has: forms, fields, words',
      'the check of objects sees a word that is none, a field that there is not, one that is missing, and a kind of another version',
    ),
  },
  {
    id: 'O/values',
    source: 'operations, Kubernetes',
    behaviour: 'The chart takes the settings that there are and no others, and no secret in the open.',
    provenBy: prove(
      values,
      'the values of each example, and of the matrix, are as the schema says',
      'what nobody could mean is refused: unknown names, secrets in the open, one replica, latest',
      'every setting has its one place: among settings, among secrets, or with the chart',
    ),
  },
  {
    id: 'O/scalers',
    source: 'operations, Kubernetes',
    behaviour:
      'Replicas are there before the work that the calendar knows of: replayed over a month through the scalers that ship.',
    provenBy: [
      ...prove(
        scaling,
        'the model of the scaler does what Kubernetes says of it',
        'it goes down only when nothing more was wanted for five minutes, and one a minute',
        'cron triggers as KEDA reads them ask for what the calendar asks for, and five minutes before',
        'over a month the calendar is there before the work: fewer minutes short than by load alone, for a bounded price',
      ),
      ...prove(
        'test/kubernetes/prometheus-adapter.test.ts',
        'the rules for the cluster’s scaler name what a manifest asks for, and Prometheus takes their questions',
      ),
      ...prove(
        'src/cli/calendar-command.test.ts',
        'the floor of replicas ahead is told as cron triggers, and none by a faulty calendar',
      ),
    ],
  },
  {
    id: 'O/capacity',
    source: 'operations, capacity of a replica',
    behaviour:
      'What a replica bears is measured until an objective breaks, and advice, chart and documents go by one statement of it.',
    provenBy: prove(
      'test/scaling/capacity.test.ts',
      'the knee is the last step at which all held, below the first that broke',
      'no knee lies at or above what broke, whatever the order, and it held',
      'the load is raised until something breaks, lowered until something holds, and halved in between',
      'of a replica that bears so much the knee is found as closely as the halvings allow',
      'a plan is repeated by its seed, in order, at the pace of the mix, and nobody asks twice in a row',
      'a step breaks when any budget is used too fast, by what was due in its span, and a refusal is a fault',
      'advice, chart, kept manifests and documents go by one statement of what a replica bears',
      'what is measured becomes what is set: whole turns, some left to spare, within what a process answers at a time',
    ),
  },
  {
    id: 'O/migrate',
    source: 'operations, Kubernetes',
    behaviour: 'The database is brought to a version by a command that ends, before anything of that version starts.',
    provenBy: prove(
      'src/cli/migrate-command.test.ts',
      'a migration by itself brings the database to this version and ends; again there is nothing to do',
      'a database that refuses the sign-in ends it at once, with the exit code of what is unavailable',
    ),
  },
]
