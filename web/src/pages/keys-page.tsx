import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { CreatedApiKey, type ApiKey } from '#contract/access.ts'
import { call, command } from '../api/client.ts'
import { keysQuery } from '../api/queries.ts'
import { ActionChoice } from '../parts/action-choice.tsx'
import { Button } from '../parts/button.tsx'
import { ConfirmDialog } from '../parts/confirm-dialog.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Field, Select } from '../parts/field.tsx'
import { Page } from '../parts/page.tsx'
import { Roster, type RosterColumn } from '../parts/roster.tsx'
import { SecretOnce } from '../parts/secret-once.tsx'
import { SignalTag, Tag } from '../parts/signal.tsx'
import { Empty, Loaded, Problem } from '../parts/states.tsx'
import { TimeText } from '../parts/values.tsx'
import { actionWords } from '../state/action-words.ts'
import { plural } from '../state/words.ts'

export function KeysPage() {
  const keys = useQuery(keysQuery)
  const [isCreating, setCreating] = useState(false)
  const [created, setCreated] = useState<CreatedApiKey | null>(null)
  const [revoked, setRevoked] = useState<ApiKey | null>(null)
  const create = (
    <Button look="accent" icon="plus" onClick={() => setCreating(true)}>
      New key
    </Button>
  )
  return (
    <Page
      title="Keys"
      width="wide"
      note="A key acts for you: scripts and other programs use it in place of signing in."
      actions={create}
    >
      {created ? (
        <SecretOnce
          label={`Key “${created.key.name}”`}
          secret={created.secret}
          note="It is shown only now. Sophia keeps no copy that anyone could read."
          onDone={() => setCreated(null)}
        />
      ) : null}
      <Loaded asked={keys} lines={5}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="No keys yet." hint="Make one to call Sophia over HTTP or from the command line." />
          ) : (
            <KeyTable keys={page.items} onRevoke={setRevoked} />
          )
        }
      </Loaded>
      {isCreating ? <CreateDialog onClose={() => setCreating(false)} onCreated={setCreated} /> : null}
      {revoked ? <RevokeDialog apiKey={revoked} onClose={() => setRevoked(null)} /> : null}
    </Page>
  )
}

function KeyTable({ keys, onRevoke }: { keys: readonly ApiKey[]; onRevoke: (key: ApiKey) => void }) {
  const columns: readonly RosterColumn<ApiKey>[] = [
    { label: 'Name', cell: ({ name }) => <strong>{name}</strong> },
    { label: 'Begins with', isLesser: true, cell: ({ prefix }) => <code>{prefix}</code> },
    { label: 'Of', isLesser: true, cell: ({ memberName }) => memberName },
    { label: 'May', cell: ({ actions }) => (actions ? <KeyReach actions={actions} /> : 'All its member may') },
    { label: 'Last used', isLesser: true, cell: ({ lastUsedAt }) => <TimeText instant={lastUsedAt} /> },
    {
      label: 'Ends',
      isLesser: true,
      cell: ({ expiresAt }) => (expiresAt ? <TimeText instant={expiresAt} /> : 'Never'),
    },
    { label: 'State', cell: (key) => <KeyState apiKey={key} /> },
    {
      label: 'Actions',
      isActions: true,
      cell: (key) =>
        key.revokedAt ? null : (
          <Button look="bare" onClick={() => onRevoke(key)} aria-label={`Revoke ${key.name}`}>
            Revoke
          </Button>
        ),
    },
  ]
  return (
    <Roster
      label="Keys"
      columns={columns}
      rows={keys}
      rowKey={({ id }) => id}
      isOver={({ revokedAt }) => revokedAt !== null}
    />
  )
}

/** One action by its words; more are counted and open to all of them. */
function KeyReach({ actions }: { actions: readonly string[] }) {
  const [only] = actions
  if (actions.length === 1 && only !== undefined) return <>{actionWords(only)}</>
  return (
    <details className="key-reach">
      <summary>{plural(actions.length, 'thing')}</summary>
      <ul>
        {actions.map((action) => (
          <li key={action}>{actionWords(action)}</li>
        ))}
      </ul>
    </details>
  )
}

function KeyState({ apiKey }: { apiKey: ApiKey }) {
  if (apiKey.revokedAt) return <Tag>Revoked</Tag>
  const isExpired = apiKey.expiresAt !== null && Date.parse(apiKey.expiresAt) < Date.now()
  return isExpired ? <Tag>Expired</Tag> : <SignalTag signal="good">In use</SignalTag>
}

const TERMS = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: '', label: 'No end' },
]

function CreateDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (created: CreatedApiKey) => void }) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [days, setDays] = useState('90')
  const [actions, setActions] = useState<readonly string[] | null>(null)
  const create = useMutation({
    mutationFn: () =>
      call(CreatedApiKey, '/api/keys', {
        method: 'POST',
        json: { name: name.trim(), actions, expiresInDays: days === '' ? null : Number(days) },
      }),
    onSuccess: (created) => {
      void client.invalidateQueries({ queryKey: ['keys'] })
      onCreated(created)
      onClose()
    },
  })
  return (
    <Dialog title="New key" onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate()
        }}
      >
        <Field
          label="What it is for"
          value={name}
          required
          maxLength={200}
          placeholder="Nightly import"
          onChange={(event) => setName(event.target.value)}
        />
        <Select label="Valid for" value={days} options={TERMS} onChange={setDays} />
        <ActionChoice chosen={actions} onChange={setActions} />
        {create.isError ? <Problem thrown={create.error} /> : null}
        <div className="actions dialog-actions">
          <Button type="submit" look="accent" isBusy={create.isPending} disabled={actions?.length === 0}>
            Make the key
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}

function RevokeDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const client = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => command(`/api/keys/${apiKey.id}`, { method: 'DELETE' }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['keys'] })
      onClose()
    },
  })
  return (
    <ConfirmDialog
      title={`Revoke “${apiKey.name}”?`}
      verb="Revoke"
      kept="The key is still in use."
      change={revoke}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      <p>Whatever uses it stops working within seconds. This cannot be undone.</p>
    </ConfirmDialog>
  )
}
