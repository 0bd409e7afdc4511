import type { AlertReport, OperationsReport } from '#contract/watch.ts'
import { shareWords } from '../state/server-words.ts'
import { countWords, perSecondWords } from '../state/words.ts'
import { replicasWords } from '../state/watch-words.ts'
import { Section } from './page.tsx'
import { Roster, type RosterColumn } from './roster.tsx'
import { Ago, Since } from './server-times.tsx'
import { SignalTag } from './signal.tsx'
import { Empty } from './states.tsx'

type Load = OperationsReport['replicas'][number]
type Replica = AlertReport['replicas'][number] & { readonly load: Load | null }

interface ReplicaTableProps {
  replicas: AlertReport['replicas']
  /** Of the last minute; null: not known. */
  loads: readonly Load[] | null
  skewMs: number
}

/** The processes that take part: which version, how long they run, when they were last heard of, and what each bears. */
export function ReplicaTable({ replicas, loads, skewMs }: ReplicaTableProps) {
  const rows = replicas.map((one) => ({
    ...one,
    load: loads?.find(({ replica }) => replica === one.replica) ?? null,
  }))
  return (
    <Section title="Processes" note={replicasWords(replicas)}>
      {replicas.length === 0 ? (
        <Empty title="No process was heard of yet." hint="Each says every five seconds that it is there." />
      ) : (
        <Roster label="Processes" columns={columnsOf(skewMs)} rows={rows} rowKey={({ replica }) => replica} />
      )}
    </Section>
  )
}

function of(load: Load | null, words: (load: Load) => string): string {
  return load === null ? 'unknown' : words(load)
}

function countOf(count: number | null | undefined): string {
  return count === null || count === undefined ? 'unknown' : countWords(count)
}

function columnsOf(skewMs: number): readonly RosterColumn<Replica>[] {
  return [
    { label: 'Process', cell: ({ replica }) => replica },
    {
      label: 'State',
      cell: ({ state }) => (
        <SignalTag signal={state === 'alive' ? 'good' : 'risk'}>{state === 'alive' ? 'Alive' : 'Silent'}</SignalTag>
      ),
    },
    { label: 'Heard of', look: () => 'tabular', cell: ({ seenAt }) => <Ago at={seenAt} skewMs={skewMs} /> },
    {
      label: 'Requests',
      isNumber: true,
      cell: ({ load }) => of(load, (one) => perSecondWords(one.requestsPerSecond)),
    },
    { label: 'Answers', isNumber: true, isLesser: true, cell: ({ load }) => countOf(load?.turnsActive) },
    { label: 'Sockets', isNumber: true, isLesser: true, cell: ({ load }) => countOf(load?.sockets) },
    {
      label: 'Processors',
      isNumber: true,
      isLesser: true,
      cell: ({ load }) => of(load, (one) => one.processors.toFixed(2)),
    },
    {
      label: 'Memory',
      isNumber: true,
      isLesser: true,
      cell: ({ load }) => of(load, ({ memory }) => (memory === null ? 'unknown' : shareWords(memory))),
    },
    { label: 'Version', isLesser: true, cell: ({ version }) => version },
    {
      label: 'Running',
      isLesser: true,
      look: () => 'tabular',
      cell: ({ startedAt }) => <Since at={startedAt} skewMs={skewMs} />,
    },
    { label: 'Address', isLesser: true, cell: ({ address }) => address },
  ]
}
