import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useLocation } from 'wouter'
import type { Draft } from '#contract/drafts.ts'
import { draftsQuery } from '../api/work-queries.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { DraftSheet } from '../parts/draft-sheet.tsx'
import { MoreButton } from '../parts/more-button.tsx'
import { Page } from '../parts/page.tsx'
import { SignalTag } from '../parts/signal.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { FilterSelect } from '../parts/table-tools.tsx'
import { TimeText } from '../parts/values.tsx'
import { DRAFT_STATES, draftTitle, recipientWords } from '../state/draft-words.ts'
import { DRAFT_TABLE } from '../state/tables.ts'
import { useTableView } from '../state/use-table-view.ts'

const STATES = Object.entries(DRAFT_STATES).map(([value, { words }]) => ({ value, label: words }))

/** What the colleagues wrote for this member. Nothing leaves before it is approved here. */
export function DraftsPage({ id }: { id?: string }) {
  const [, go] = useLocation()
  const { view, change } = useTableView(DRAFT_TABLE)
  const drafts = useInfiniteQuery(draftsQuery(view.filters))
  const items = drafts.data?.pages.flatMap((page) => page.items)
  return (
    <Page title="Drafts" note="Written for you to edit. Nothing leaves, and no record changes, before you approve it.">
      <div className="table-tools">
        <FilterSelect name="status" label="All drafts" options={STATES} view={view} change={change} />
      </div>
      <Loaded asked={{ ...drafts, isError: drafts.isError && !drafts.isFetchNextPageError, data: items }} lines={6}>
        {(rows) =>
          rows.length === 0 ? (
            <NoDrafts isFiltered={Boolean(view.filters.status)} onClear={() => change({ filters: {} })} />
          ) : (
            <ul className="draft-list">
              {rows.map((draft) => (
                <DraftRow key={draft.id} draft={draft} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <MoreButton list={drafts} />
      {id ? <DraftSheet key={id} id={id} onClose={() => go('/drafts')} /> : null}
    </Page>
  )
}

function NoDrafts({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  const hint = 'Ask Marcus “Draft a follow-up to …” after a call, and it waits here.'
  return isFiltered ? (
    <Empty title="No draft is in that state." hint={hint}>
      <Button onClick={onClear}>Show all drafts</Button>
    </Empty>
  ) : (
    <Empty title="No drafts." hint={hint}>
      <ButtonLink href="/talk/marcus">Ask Marcus</ButtonLink>
    </Empty>
  )
}

function DraftRow({ draft }: { draft: Draft }) {
  const state = DRAFT_STATES[draft.status]
  return (
    <li>
      <Link href={`/drafts/${draft.id}`} className="draft-row">
        <span className="draft-title">{draftTitle(draft)}</span>
        <span className="small quiet truncate">
          {draft.kind === 'email'
            ? `To ${draft.to.length === 0 ? 'nobody yet' : recipientWords(draft.to)}`
            : draft.changes.map((change) => change.label).join(', ')}
        </span>
        <SignalTag signal={state.signal}>{state.words}</SignalTag>
        <span className="tiny quiet">
          <TimeText instant={draft.updatedAt} />
        </span>
      </Link>
    </li>
  )
}
