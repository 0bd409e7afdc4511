import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { skillQuery } from '../api/queries.ts'
import { Button } from '../parts/button.tsx'
import { Page } from '../parts/page.tsx'
import { SkillPanel } from '../parts/skill-panel.tsx'

/** A business review to print or to save as PDF: the same rows as on screen, without the house around it. */
export function QbrPage({ id }: { id: string }) {
  const run = useQuery(skillQuery('sarah', 'prepare-qbr', { client: id }))
  const name = run.data?.kind === 'result' ? run.data.result.headline : 'Business review'
  return (
    <Page
      title="Business review"
      note={
        <Link href={`/clients/${encodeURIComponent(id)}`} className="text-link">
          Back to the client
        </Link>
      }
      actions={
        <Button icon="print" onClick={() => window.print()}>
          Print
        </Button>
      }
    >
      <div className="print-page" aria-label={name}>
        <SkillPanel title="Business review" run={run} />
      </div>
    </Page>
  )
}
