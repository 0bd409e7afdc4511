import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useId, useState, type KeyboardEvent } from 'react'
import { useLocation } from 'wouter'
import { clientsQuery, dealsQuery } from '../api/queries.ts'
import { OPERATION_PLACES, permitted, RECORD_PLACES } from '../state/navigation.ts'
import { matchEntries, type PaletteEntry } from '../state/palette-match.ts'
import { useColleagues, useMe } from '../state/use-me.ts'
import { useSide } from '../state/side.ts'
import { useTheme } from '../state/use-theme.ts'
import { Dialog } from './dialog.tsx'
import { Icon } from './icons.tsx'

interface Entry extends PaletteEntry {
  readonly run: () => void
}

/** Every page, record and action by its name. */
export function Palette({ onClose, onShortcuts }: { onClose: () => void; onShortcuts: () => void }) {
  const [typed, setTyped] = useState('')
  const [place, setPlace] = useState(0)
  const listId = useId()
  const fixed = useFixedEntries(onShortcuts)
  const records = useRecordEntries(useDeferredValue(typed), typed)
  const asks = useAskEntries(typed)
  const places = matchEntries(fixed, typed)
  const entries = [...places, ...records.entries, ...asks]
  const at = Math.min(place, Math.max(0, entries.length - 1))
  // What was found for fewer letters may put another record first: Enter waits for what was typed.
  const isSure = records.isCurrent || at < places.length
  const [isAwaited, setIsAwaited] = useState(false)
  const run = (entry: Entry | undefined): void => {
    if (!entry) return
    onClose()
    entry.run()
  }
  useEffect(() => {
    if (isAwaited && isSure) run(entries[at])
  })
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') return isSure ? run(entries[at]) : setIsAwaited(true)
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0 || entries.length === 0) return
    event.preventDefault()
    setPlace((at + step + entries.length) % entries.length)
  }
  return (
    <Dialog title="Search and commands" onClose={onClose} place="top" isBare>
      <div className="palette-field">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={entries[at] ? `${listId}-${at}` : undefined}
          aria-label="Search pages, records and actions"
          placeholder="Search, or ask Marcus or Sarah"
          autoComplete="off"
          value={typed}
          onKeyDown={onKey}
          onChange={(event) => {
            setTyped(event.target.value)
            setPlace(0)
            setIsAwaited(false)
          }}
        />
      </div>
      <Results listId={listId} entries={entries} at={at} onPlace={setPlace} onRun={run} />
    </Dialog>
  )
}

interface ResultsProps {
  listId: string
  entries: readonly Entry[]
  at: number
  onPlace: (place: number) => void
  onRun: (entry: Entry) => void
}

function Results({ listId, entries, at, onPlace, onRun }: ResultsProps) {
  return (
    <ul className="palette-list" id={listId} role="listbox" aria-label="Results">
      {entries.map((entry, index) => (
        <li
          key={entry.id}
          id={`${listId}-${index}`}
          role="option"
          aria-selected={index === at}
          className="palette-item"
          onMouseMove={() => onPlace(index)}
          onClick={() => onRun(entry)}
        >
          <span className="truncate">{entry.label}</span>
          <span className="quiet small">{entry.hint}</span>
        </li>
      ))}
    </ul>
  )
}

function useFixedEntries(onShortcuts: () => void): Entry[] {
  const [, go] = useLocation()
  const { actions } = useMe()
  const { choose } = useTheme()
  const colleagues = useColleagues()
  const places = [
    { href: '/', label: 'Home', words: 'today start' },
    ...permitted([...RECORD_PLACES, ...OPERATION_PLACES], actions),
  ]
  const mayTalk = actions.includes('conversation:use')
  return [
    ...places.map((place) => ({
      id: place.href,
      label: place.label,
      hint: 'Page',
      words: place.words ?? '',
      run: () => go(place.href),
    })),
    ...(mayTalk ? colleagues : []).map((one) => ({
      id: `talk ${one.id}`,
      label: `Talk to ${one.firstName}`,
      hint: 'Conversation',
      words: one.name,
      run: () => go(`/talk/${one.id}`),
    })),
    { id: 'light', label: 'Light theme', hint: 'Action', words: 'day appearance', run: () => choose('light') },
    { id: 'dark', label: 'Dark theme', hint: 'Action', words: 'night appearance', run: () => choose('dark') },
    {
      id: 'system',
      label: 'Theme of this computer',
      hint: 'Action',
      words: 'appearance system',
      run: () => choose('system'),
    },
    { id: 'keys', label: 'Keyboard shortcuts', hint: 'Action', words: 'help', run: onShortcuts },
  ]
}

/** Records found for `searched`, which lags behind what is typed while the page is busy. */
function useRecordEntries(searched: string, typed: string): { entries: Entry[]; isCurrent: boolean } {
  const [, go] = useLocation()
  const search = searched.trim()
  const isAsked = search.length >= 2
  const deals = useQuery({ ...dealsQuery({ search, limit: 5 }), enabled: isAsked })
  const clients = useQuery({ ...clientsQuery({ search, limit: 5 }), enabled: isAsked })
  const isSettled = search === typed.trim() && !deals.isPlaceholderData && !clients.isPlaceholderData
  const isCurrent = isSettled && !deals.isLoading && !clients.isLoading
  if (!isAsked) return { entries: [], isCurrent }
  const entries = [
    ...(clients.data?.items ?? []).map((client) => ({
      id: `client ${client.id}`,
      label: client.name,
      hint: 'Client',
      run: () => go(`/clients/${encodeURIComponent(client.id)}`),
    })),
    ...(deals.data?.items ?? []).map((deal) => ({
      id: `deal ${deal.id}`,
      label: deal.name,
      hint: 'Deal',
      run: () => go(`/deals/${encodeURIComponent(deal.id)}`),
    })),
  ]
  return { entries, isCurrent }
}

function useAskEntries(typed: string): Entry[] {
  const { ask } = useSide()
  const colleagues = useColleagues()
  const { actions } = useMe()
  const text = typed.trim()
  if (text.length < 3 || !actions.includes('conversation:use')) return []
  return colleagues.map((one) => ({
    id: `ask ${one.id}`,
    label: `Ask ${one.firstName}: “${text}”`,
    hint: 'Ask',
    run: () => ask({ persona: one.id, text }),
  }))
}
