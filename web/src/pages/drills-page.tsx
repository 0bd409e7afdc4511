import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useLocation } from 'wouter'
import { DrillsAsked, type Drill, type DrillFigures, type DrillReport } from '#contract/drills.ts'
import { call } from '../api/client.ts'
import { drillsQuery } from '../api/drill-queries.ts'
import { Button } from '../parts/button.tsx'
import { DrillSheet } from '../parts/drill-sheet.tsx'
import { DrillState, DrillTrend } from '../parts/drill-marks.tsx'
import { Page } from '../parts/page.tsx'
import { Roster, type RosterColumn } from '../parts/roster.tsx'
import { Loaded, Problem } from '../parts/states.tsx'
import { TimeText } from '../parts/values.tsx'
import {
  besideTarget,
  lastRun,
  lossWords,
  noticedWords,
  openRun,
  recoveryWords,
  scheduleWords,
  summaryWords,
} from '../state/drill-words.ts'
import { useMay } from '../state/use-me.ts'

/** Rehearsed disasters: what is believed of each, what was seen, and whether it held. */
export function DrillsPage({ name }: { name?: string }) {
  const report = useQuery(drillsQuery)
  const mayRun = useMay('drill:run')
  const rehearse = useRehearse()
  const [, go] = useLocation()
  const opened = report.data?.drills.find((drill) => drill.name === name)
  const isBusy = report.data?.drills.some((drill) => openRun(drill) !== null) ?? false
  return (
    <Page
      title="Drills"
      width="wide"
      note="Disasters rehearsed on scratch copies with members of their own. What is stored here is not touched."
      {...(mayRun
        ? {
            actions: (
              <Button icon="again" isBusy={rehearse.isPending} disabled={isBusy} onClick={() => rehearse.mutate('all')}>
                Rehearse all
              </Button>
            ),
          }
        : {})}
    >
      {rehearse.isError ? <Problem thrown={rehearse.error} /> : null}
      <Loaded asked={report} lines={14}>
        {(found) => (
          <>
            <Summary report={found} />
            <DrillTable report={found} mayRun={mayRun} onRehearse={rehearse.mutate} />
          </>
        )}
      </Loaded>
      {opened && report.data ? (
        <DrillSheet
          key={opened.name}
          drill={opened}
          targets={report.data.targets}
          onRehearse={mayRun ? rehearse.mutate : null}
          onClose={() => go('/drills')}
        />
      ) : null}
    </Page>
  )
}

function useRehearse() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => call(DrillsAsked, '/api/drills', { method: 'POST', json: { name } }),
    onSettled: () => client.invalidateQueries({ queryKey: drillsQuery.queryKey }),
  })
}

function Summary({ report }: { report: DrillReport }) {
  return (
    <div className="drill-summary">
      <p className="page-line">{summaryWords(report.drills)}</p>
      <p className="small quiet">{scheduleWords(report.everyMs)}</p>
    </div>
  )
}

interface TableProps {
  report: DrillReport
  mayRun: boolean
  onRehearse: (name: string) => void
}

function DrillTable({ report, mayRun, onRehearse }: TableProps) {
  const columns: readonly RosterColumn<Drill>[] = [
    { label: 'Disaster', cell: (drill) => <DrillLink drill={drill} /> },
    { label: 'Verdict', cell: (drill) => <DrillState drill={drill} /> },
    ...figureColumns(report.targets),
    { label: 'Recovery over time', isLesser: true, cell: ({ runs }) => <DrillTrend runs={runs} /> },
    { label: 'Last', isLesser: true, cell: (drill) => <TimeText instant={lastRun(drill)?.endedAt ?? null} /> },
  ]
  const actions: RosterColumn<Drill> = {
    label: 'Actions',
    isActions: true,
    isLesser: true,
    cell: (drill) => (
      <Button
        look="bare"
        disabled={openRun(drill) !== null}
        aria-label={`Rehearse: ${drill.title}`}
        onClick={() => onRehearse(drill.name)}
      >
        Rehearse
      </Button>
    ),
  }
  return (
    <Roster
      label="Disasters"
      columns={mayRun ? [...columns, actions] : columns}
      rows={report.drills}
      rowKey={({ name }) => name}
    />
  )
}

function DrillLink({ drill: { name, title } }: { drill: Drill }) {
  return (
    <Link href={`/drills/${name}`} className="drill-open">
      {title}
    </Link>
  )
}

/** What the last rehearsal measured, beside what was promised. */
function figureColumns(targets: DrillReport['targets']): readonly RosterColumn<Drill>[] {
  const figuresOf = (drill: Drill): DrillFigures | null => lastRun(drill)?.figures ?? null
  const noticed = (drill: Drill) => besideTarget(figuresOf(drill)?.detectionMs ?? null, targets.detection)
  const recovered = (drill: Drill) => besideTarget(figuresOf(drill)?.recoveryMs ?? null, targets.recovery)
  return [
    {
      label: 'Noticed',
      isNumber: true,
      isLesser: true,
      look: (drill) => `tabular ${textClass(noticed(drill).signal)}`,
      hint: (drill) => noticed(drill).words,
      cell: (drill) => noticedWords(drill, figuresOf(drill)),
    },
    {
      label: 'Recovered',
      isNumber: true,
      look: (drill) => `tabular ${isLate(figuresOf(drill)) ? 'risk-text' : textClass(recovered(drill).signal)}`,
      hint: (drill) => recovered(drill).words,
      cell: (drill) => recoveryWords(figuresOf(drill)),
    },
    {
      label: 'Lost',
      isNumber: true,
      isLesser: true,
      look: (drill) => `tabular ${lossClass(figuresOf(drill)?.lost ?? null)}`,
      hint: () => 'Of the messages that were acknowledged',
      cell: (drill) => lossWords(figuresOf(drill)),
    },
  ]
}

function isLate(figures: DrillFigures | null): boolean {
  return figures !== null && figures.recoveryMs === null
}

function lossClass(lost: number | null): string {
  if (lost === null) return 'quiet'
  return lost > 0 ? 'risk-text' : ''
}

function textClass(signal: string): string {
  if (signal === 'risk') return 'risk-text'
  return signal === 'unknown' ? 'quiet' : ''
}
