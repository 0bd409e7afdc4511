import { useEffect, useState } from 'react'
import type { ServerRecord, ServerStatus } from '#contract/mcp.ts'
import { AUTH_NEEDS_SOMEBODY, msWords, outcomeWords, revocationWords } from '../state/server-words.ts'
import { useMay } from '../state/use-me.ts'
import { useChangeServer, useProbe, useSignIn, useSignOut } from '../state/use-servers.ts'
import { Button } from './button.tsx'
import { RemoveServerDialog } from './remove-server-dialog.tsx'
import { EditServerDialog } from './server-dialog.tsx'
import { Problem } from './states.tsx'

/** How long the outcome of a probe by hand stays. */
const SHOWN_MS = 20_000

type Probe = ReturnType<typeof useProbe>

export function ProbeButton({ name, probe }: { name: string; probe: Probe }) {
  return (
    <Button
      icon="again"
      isBusy={probe.isPending}
      onClick={() => probe.mutate(undefined)}
      aria-label={`Probe now: ${name}`}
    >
      Probe now
    </Button>
  )
}

/** What the probe just asked for found. */
export function ProbeResult({ probe }: { probe: Probe }) {
  const { data, isError, error, reset } = probe
  useEffect(() => {
    if (!data) return
    const timer = setTimeout(reset, SHOWN_MS)
    return () => clearTimeout(timer)
  }, [data, reset])
  if (isError) return <Problem thrown={error} kept="What stands here is from before." />
  return (
    <div role="status">
      {data ? (
        <p className={`probe-result small ${data.outcome === 'ok' ? 'is-ok' : 'is-fault'}`}>
          {data.outcome === 'ok'
            ? `Answered in ${msWords(data.ms)}.`
            : `${outcomeWords(data.outcome)} after ${msWords(data.ms)}.`}
          {data.message ? ` ${data.message}` : ''}
        </p>
      ) : null}
    </div>
  )
}

/** Signing in is for whoever manages; where each signs in for themselves, for each who may call. */
function useMaySign(server: ServerStatus): boolean {
  const mayManage = useMay('mcp:manage')
  const mayCall = useMay('mcp:call')
  return mayManage || (mayCall && server.credentials === 'member')
}

export function SignInButton({ server }: { server: ServerStatus }) {
  const signIn = useSignIn(server.id)
  if (!useMaySign(server)) return null
  return (
    <>
      <Button
        icon="key"
        isBusy={signIn.isPending}
        onClick={() => signIn.mutate()}
        aria-label={`Sign in to ${server.name}`}
      >
        Sign in
      </Button>
      {signIn.isError ? <Problem thrown={signIn.error} kept="Nothing was changed." /> : null}
    </>
  )
}

/** All that may be done with one connection. */
export function ServerActions({
  server,
  record,
  onRemoved,
}: {
  server: ServerStatus
  /** null for those who may not manage and until it is known. */
  record: ServerRecord | null
  onRemoved: () => void
}) {
  const probe = useProbe(server.id)
  const mayManage = useMay('mcp:manage')
  return (
    <div className="server-actions">
      <div className="actions">
        {mayManage ? <ProbeButton name={server.name} probe={probe} /> : null}
        <SignActions server={server} isSignedInByHeader={record?.credentials === 'none'} />
        {record?.source === 'api' ? <EditActions record={record} server={server} onRemoved={onRemoved} /> : null}
      </div>
      <ProbeResult probe={probe} />
      {server.detail?.source === 'file' ? (
        <p className="small quiet">
          From <code>mcp.json</code> on disk. Change, switch off or remove it there; saving the file brings it into
          force.
        </p>
      ) : null}
    </div>
  )
}

function SignActions({ server, isSignedInByHeader }: { server: ServerStatus; isSignedInByHeader: boolean }) {
  const signOut = useSignOut(server.id)
  const maySign = useMaySign(server)
  if (!maySign || server.auth === 'not_required') return null
  const canSignIn = AUTH_NEEDS_SOMEBODY.has(server.auth) || server.auth === 'per_user' || server.auth === 'expiring'
  const canSignOut = server.auth !== 'needs_authorization' && !isSignedInByHeader
  return (
    <>
      {canSignIn ? <SignInButton server={server} /> : null}
      {canSignOut ? (
        <Button look="bare" icon="exit" isBusy={signOut.isPending} onClick={() => signOut.mutate(undefined)}>
          Sign out
        </Button>
      ) : null}
      {signOut.isError ? <Problem thrown={signOut.error} kept="The sign-in is still there." /> : null}
      {signOut.data ? (
        <p className="small quiet" role="status">
          {revocationWords(signOut.data.revocation)}
        </p>
      ) : null}
    </>
  )
}

function EditActions({
  record,
  server,
  onRemoved,
}: {
  record: ServerRecord
  server: ServerStatus
  onRemoved: () => void
}) {
  const change = useChangeServer(record.id)
  const [open, setOpen] = useState<'edit' | 'remove' | null>(null)
  const close = () => setOpen(null)
  return (
    <>
      <Button icon="edit" onClick={() => setOpen('edit')}>
        Edit
      </Button>
      <Button look="bare" isBusy={change.isPending} onClick={() => change.mutate({ enabled: !record.enabled })}>
        {record.enabled ? 'Switch off' : 'Switch on'}
      </Button>
      <Button look="bare" icon="bin" onClick={() => setOpen('remove')}>
        Remove
      </Button>
      {change.isError ? <Problem thrown={change.error} kept="It is as it was." /> : null}
      {open === 'edit' ? <EditServerDialog record={record} onClose={close} /> : null}
      {open === 'remove' ? (
        <RemoveServerDialog
          record={record}
          tools={server.detail?.capabilities.tools ?? 0}
          onClose={close}
          onRemoved={onRemoved}
        />
      ) : null}
    </>
  )
}
