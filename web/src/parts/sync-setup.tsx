import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { ServerStatus } from '#contract/mcp.ts'
import { toolsQuery } from '../api/mcp-queries.ts'
import { mappingsQuery } from '../api/sync-queries.ts'
import { readForm, startForm, type Mapping, type SyncForm } from '../state/sync-form.ts'
import { useCreateSync, usePreviewSync } from '../state/use-syncs.ts'
import { Button } from './button.tsx'
import { Loaded, Problem } from './states.tsx'
import { SyncFields } from './sync-fields.tsx'
import { SyncPreviewView } from './sync-preview.tsx'

interface SetupProps {
  server: ServerStatus
  onClose: () => void
}

/** Choose how records become ours, look at the first of them, then begin. */
export function SyncSetup({ server, onClose }: SetupProps) {
  const mappings = useQuery(mappingsQuery)
  const tools = useQuery(toolsQuery(server.id))
  // With the tools it is known which mapping fits; without them one chooses by hand.
  const isKnown = tools.data !== undefined || tools.isError
  const offered = tools.data?.items.flatMap(({ tool, state }) => (state === 'gone' ? [] : [tool])) ?? null
  return (
    <Loaded asked={isKnown ? mappings : { ...mappings, data: undefined }} lines={6}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="small quiet">
            There is no mapping to choose from: the folder <code>sync</code> beside Sophia is empty.
          </p>
        ) : (
          <SetupForm server={server} onClose={onClose} mappings={items} offered={offered} />
        )
      }
    </Loaded>
  )
}

interface FormProps extends SetupProps {
  mappings: readonly Mapping[]
  offered: readonly string[] | null
}

function SetupForm({ server, onClose, mappings, offered }: FormProps) {
  const [form, setForm] = useState<SyncForm>(() => startForm(mappings, offered))
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({})
  const preview = usePreviewSync()
  const create = useCreateSync()
  const element = useRef<HTMLFormElement>(null)
  const chosen = mappings.find(({ name }) => name === form.mapping)
  const isSeen = preview.isSuccess
  useEffect(() => element.current?.querySelector('select')?.focus(), [])
  useEffect(() => element.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(), [faults])
  const change = (part: Partial<SyncForm>): void => {
    setForm((before) => ({ ...before, ...part }))
    // What was looked at is no longer what would be stored; the schedule alone changes none of it.
    if (Object.keys(part).some((name) => name !== 'minutes')) preview.reset()
  }
  const send = (): void => {
    const read = readForm(server.id, form, chosen?.settings ?? [])
    setFaults('faults' in read ? read.faults : {})
    if ('faults' in read) return
    if (isSeen) create.mutate(read.body)
    else preview.mutate(read.body)
  }
  return (
    <form
      ref={element}
      className="form sync-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <SyncFields form={form} faults={faults} mappings={mappings} offered={offered} onChange={change} />
      {preview.isPending ? (
        <p className="small quiet" role="status">
          Asking {server.name} for the first records of each kind. Nothing is stored.
        </p>
      ) : null}
      {preview.isError ? <Problem thrown={preview.error} kept="Nothing was stored." /> : null}
      {preview.data ? <SyncPreviewView preview={preview.data} /> : null}
      {create.isError ? (
        <Problem thrown={create.error} kept="Nothing was stored. Your choices are still here." />
      ) : null}
      <div className="actions">
        <Button type="submit" look="accent" isBusy={preview.isPending || create.isPending}>
          {isSeen ? 'Begin copying' : 'Preview'}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
        <span className="small quiet">{isSeen ? 'The first run reads everything.' : 'A preview stores nothing.'}</span>
      </div>
    </form>
  )
}
