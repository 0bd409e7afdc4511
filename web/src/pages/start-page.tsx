import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { command } from '../api/client.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { useTitle } from '../parts/page.tsx'
import { Problem, Progress } from '../parts/states.tsx'
import { useMay, useMe } from '../state/use-me.ts'

/** The first minutes: a company to look at, or one's own data. */
export function StartPage() {
  const me = useMe()
  useTitle('Start')
  const mayManage = useMay('sample:manage')
  const mayImport = useMay('records:import')
  return (
    <div className="page page-page start">
      <header className="home-head">
        <p className="eyebrow">Welcome, {me.name}</p>
        <h1>What should Marcus and Sarah work from?</h1>
      </header>
      {mayManage || mayImport ? (
        <div className="start-ways">
          {mayManage ? <SampleWay hasData={me.company.hasData} /> : null}
          {mayImport ? <ImportWay /> : null}
        </div>
      ) : (
        <p>
          There is no company data yet. An administrator or a team lead can import it; this page then becomes your home.
        </p>
      )}
      <p className="quiet small start-note">
        {me.company.model === 'playbook'
          ? 'No language model is configured. Answers come from the built-in playbook, which works from your data alone and says so.'
          : `Answers are written by ${me.company.model}; the figures in them are computed here.`}
      </p>
    </div>
  )
}

function SampleWay({ hasData }: { hasData: boolean }) {
  const client = useQueryClient()
  const [, go] = useLocation()
  const load = useMutation({
    mutationFn: () => command('/api/sample', { method: 'POST' }),
    onSuccess: async () => {
      await client.invalidateQueries()
      go('/', { replace: true })
    },
  })
  return (
    <section className="start-way">
      <h2>Explore a sample company</h2>
      <p>
        A vendor of resident-payment software with 24 months of clients, deals, invoices, tickets and calls. Made up,
        and removed by one press.
      </p>
      {load.isPending ? (
        <div role="status">
          <Progress value={null} label="Loading the sample company" />
          <p className="quiet small">Loading about two years of records. You can leave this page; it goes on.</p>
        </div>
      ) : null}
      {load.isError ? <Problem thrown={load.error} kept="Nothing was loaded." /> : null}
      <Button look="accent" isBusy={load.isPending} disabled={hasData} onClick={() => load.mutate()}>
        Explore the sample
      </Button>
      {hasData ? <p className="quiet small">There is company data already; sample and own data do not mix.</p> : null}
    </section>
  )
}

function ImportWay() {
  return (
    <section className="start-way">
      <h2>Import your own</h2>
      <p>
        CSV exports of clients, deals, reps and products, as your CRM writes them. You see what each column becomes
        before anything is stored.
      </p>
      <ButtonLink href="/import" icon="import">
        Import files
      </ButtonLink>
    </section>
  )
}
