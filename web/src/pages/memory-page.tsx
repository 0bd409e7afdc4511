import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { memoriesQuery } from '../api/work-queries.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { MemoryRow } from '../parts/memory-row.tsx'
import { MemorySheet } from '../parts/memory-sheet.tsx'
import { MoreButton } from '../parts/more-button.tsx'
import { NewMemoryDialog } from '../parts/new-memory-dialog.tsx'
import { Page } from '../parts/page.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { FilterSelect, SearchField } from '../parts/table-tools.tsx'
import { KIND_WORDS } from '../state/memory-words.ts'
import { MEMORY_TABLE } from '../state/tables.ts'
import { useColleagues, useMay } from '../state/use-me.ts'
import { useTableView } from '../state/use-table-view.ts'

const KINDS = Object.entries(KIND_WORDS).map(([value, label]) => ({ value, label }))
const SUBJECTS = [
  { value: 'member', label: 'About you' },
  { value: 'contact', label: 'About contacts' },
  { value: 'client', label: 'About clients' },
  { value: 'deal', label: 'About deals' },
  { value: 'company', label: 'About the company' },
]
const STATES = [
  { value: 'quarantined', label: 'Waiting for your yes' },
  { value: 'superseded', label: 'Replaced' },
  { value: 'forgotten', label: 'Forgotten' },
]

/** What the colleagues remember, for people to read, correct and take away. */
export function MemoryPage({ id }: { id?: string }) {
  const [, go] = useLocation()
  const { view, change } = useTableView(MEMORY_TABLE)
  const [isAdding, setAdding] = useState(false)
  const mayChange = useMay('memory:change')
  const colleagues = useColleagues().map((one) => ({ value: one.id, label: `Known to ${one.firstName}` }))
  const memories = useInfiniteQuery(memoriesQuery({ search: view.search, ...view.filters }))
  const items = memories.data?.pages.flatMap((page) => page.items)
  const isFiltered = view.search !== '' || Object.keys(view.filters).length > 0
  return (
    <Page
      title="Memory"
      note="What Marcus and Sarah remember. What you tell them stays between you and them until you share it."
      actions={
        mayChange ? (
          <Button icon="plus" onClick={() => setAdding(true)}>
            Tell them something
          </Button>
        ) : null
      }
    >
      <div className="table-tools">
        <SearchField value={view.search} onSearch={(search) => change({ search })} />
        <FilterSelect name="subjectKind" label="About anything" options={SUBJECTS} view={view} change={change} />
        <FilterSelect name="kind" label="Every kind" options={KINDS} view={view} change={change} />
        <FilterSelect name="persona" label="Known to both" options={colleagues} view={view} change={change} />
        <FilterSelect name="status" label="Remembered" options={STATES} view={view} change={change} />
        {isFiltered ? (
          <Button look="bare" onClick={() => change({ search: '', filters: {} })}>
            Clear
          </Button>
        ) : null}
      </div>
      <Loaded
        asked={{ ...memories, isError: memories.isError && !memories.isFetchNextPageError, data: items }}
        lines={8}
      >
        {(rows) =>
          rows.length === 0 ? (
            <NoMemories isFiltered={isFiltered} />
          ) : (
            <ul className="memory-list">
              {rows.map((memory) => (
                <MemoryRow key={memory.id} memory={memory} onOpen={() => go(`/memory/${memory.id}`)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <MoreButton list={memories} />
      {id ? <MemorySheet key={id} id={id} onClose={() => go('/memory')} /> : null}
      {isAdding ? <NewMemoryDialog onClose={() => setAdding(false)} /> : null}
    </Page>
  )
}

function NoMemories({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <Empty title="Nothing like that is remembered." hint="Other words or fewer filters may find it." />
  ) : (
    <Empty
      title="Nothing is remembered yet."
      hint="Say it in a conversation, “The champion left Harbor Homes”, or “Remember that I prefer short answers”. It stands here with where it came from."
    >
      <ButtonLink href="/talk/marcus">Talk to Marcus</ButtonLink>
    </Empty>
  )
}
