import { Page } from '../parts/page.tsx'
import { SourceLine } from '../parts/source-line.tsx'
import { SkillTabs, type SkillTab } from '../parts/skill-tabs.tsx'

function pipelineTab(focus: string, label: string): SkillTab {
  return { name: focus, label, persona: 'marcus', skill: 'review-pipeline', input: { focus } }
}

const PIPELINE_TABS = [
  pipelineTab('changes', 'Since last week'),
  pipelineTab('forecast', 'Forecast'),
  pipelineTab('coverage', 'Coverage'),
  pipelineTab('ageing', 'Ageing'),
  pipelineTab('concentration', 'Concentration'),
  pipelineTab('overview', 'Everything'),
]

/** The weekly look at the pipeline, one question a tab. */
export function PipelinePage() {
  return (
    <Page
      title="Pipeline"
      note="What Marcus would bring to the weekly review, over the deals you see."
      sources={<SourceLine />}
    >
      <SkillTabs label="Pipeline" tabs={PIPELINE_TABS} />
    </Page>
  )
}

const PORTFOLIO_TABS: readonly SkillTab[] = [
  { name: 'overview', label: 'Everything', persona: 'sarah', skill: 'review-portfolio', input: { focus: 'overview' } },
  { name: 'moves', label: 'Who moved', persona: 'sarah', skill: 'review-portfolio', input: { focus: 'moves' } },
  { name: 'renewals', label: 'Renewals', persona: 'sarah', skill: 'forecast-renewals', input: {} },
  { name: 'payments', label: 'Payments', persona: 'sarah', skill: 'review-portfolio', input: { focus: 'payments' } },
]

/** All clients at once, as Sarah looks at them. */
export function PortfolioPage() {
  return (
    <Page title="Portfolio" note="What Sarah sees across the clients you see." sources={<SourceLine />}>
      <SkillTabs label="Portfolio" tabs={PORTFOLIO_TABS} />
    </Page>
  )
}
