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
  return (
    <div className="table-scroll" role="region" aria-label="Keys" tabIndex={0}>
      <table className="plain roster">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" className="is-lesser">
              Begins with
            </th>
            <th scope="col" className="is-lesser">
              Of
            </th>
            <th scope="col">May</th>
            <th scope="col" className="is-lesser">
              Last used
            </th>
            <th scope="col" className="is-lesser">
              Ends
            </th>
            <th scope="col">State</th>
            <th scope="col">
              <span className="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id} className={key.revokedAt ? 'is-over' : ''}>
              <td>
                <strong>{key.name}</strong>
              </td>
              <td className="is-lesser">
                <code>{key.prefix}</code>
              </td>
              <td className="is-lesser">{key.memberName}</td>
              <td>{key.actions ? <KeyReach actions={key.actions} /> : 'All its member may'}</td>
              <td className="is-lesser">
                <TimeText instant={key.lastUsedAt} />
              </td>
              <td className="is-lesser">{key.expiresAt ? <TimeText instant={key.expiresAt} /> : 'Never'}</td>
              <td>
                <KeyState apiKey={key} />
              </td>
              <td className="row-actions">
                {key.revokedAt ? null : (
                  <Button look="bare" onClick={() => onRevoke(key)} aria-label={`Revoke ${key.name}`}>
                    Revoke
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
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
