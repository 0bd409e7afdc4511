import type { AlertReport } from '#contract/watch.ts'
import { replicasWords } from '../state/watch-words.ts'
import { Section } from './page.tsx'
import { Roster, type RosterColumn } from './roster.tsx'
import { Ago, Since } from './server-times.tsx'
import { SignalTag } from './signal.tsx'
import { Empty } from './states.tsx'

type Replica = AlertReport['replicas'][number]

/** The processes that take part: which version, how long they run, when they were last heard of. */
export function ReplicaTable({ replicas, skewMs }: { replicas: Replica[]; skewMs: number }) {
  return (
    <Section title="Processes" note={replicasWords(replicas)}>
      {replicas.length === 0 ? (
        <Empty title="No process was heard of yet." hint="Each says every five seconds that it is there." />
      ) : (
        <Roster label="Processes" columns={columnsOf(skewMs)} rows={replicas} rowKey={({ replica }) => replica} />
      )}
    </Section>
  )
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
