import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { PersonaVersion } from '#contract/personas.ts'
import { calendarAtQuery } from '../api/calendar-queries.ts'
import { command } from '../api/client.ts'
import { personaVersionsQuery } from '../api/queries.ts'
import { browserZone } from '../state/calendar-days.ts'
import { readDiff } from '../state/unified-diff.ts'
import { useMay } from '../state/use-me.ts'
import { Button } from './button.tsx'
import { FreezeNotice } from './freeze-notice.tsx'
import { SignalTag, Tag } from './signal.tsx'
import { Loaded, Problem } from './states.tsx'
import { TimeText } from './values.tsx'

export function PersonaVersions({ id }: { id: string }) {
  const versions = useQuery(personaVersionsQuery(id))
  return (
    <Loaded asked={versions} lines={3}>
      {(page) => (
        <>
          <Freeze />
          <ul className="versions">
            {page.items.map((version) => (
              <VersionRow key={version.hash} personaId={id} version={version} />
            ))}
          </ul>
        </>
      )}
    </Loaded>
  )
}

/** For whoever may put a version in force while deploys are frozen. */
function Freeze() {
  const mayActivate = useMay('persona:activate')
  const now = useQuery({ ...calendarAtQuery(null), enabled: mayActivate })
  if (!mayActivate || !now.data?.deploys.sentence) return null
  const sentences = [`${now.data.deploys.sentence} A version takes effect at once nevertheless.`]
  return <FreezeNotice sentences={sentences} reader={{ zone: browserZone(), nowMs: Date.parse(now.data.at) }} />
}

/** Enough to tell versions apart; answers and logs name them by as much. */
const HASH_SHOWN = 12

function VersionRow({ personaId, version }: { personaId: string; version: PersonaVersion }) {
  const [isOpen, setOpen] = useState(false)
  const mayActivate = useMay('persona:activate')
  const client = useQueryClient()
  const activate = useMutation({
    mutationFn: () =>
      command(`/api/personas/${personaId}/activate`, { method: 'POST', json: { version: version.hash } }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['persona', personaId] }),
        client.invalidateQueries({ queryKey: ['personas'] }),
      ]),
  })
  return (
    <li className="version">
      <div className="version-head">
        <code title={version.hash}>{version.hash.slice(0, HASH_SHOWN)}</code>
        {version.isActive ? <SignalTag signal="good">In force</SignalTag> : null}
        {version.isFile ? <Tag>On disk</Tag> : null}
        <span className="quiet small">
          <TimeText instant={version.createdAt} />
        </span>
        <span className="actions-apart">
          {version.diff ? (
            <Button look="bare" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              {isOpen ? 'Hide changes' : 'Show changes'}
            </Button>
          ) : null}
          {mayActivate && !version.isActive ? (
            <Button isBusy={activate.isPending} onClick={() => activate.mutate()}>
              Bring into force
            </Button>
          ) : null}
        </span>
      </div>
      {activate.isError ? <Problem thrown={activate.error} /> : null}
      {isOpen ? <Diff text={version.diff} /> : null}
    </li>
  )
}

function Diff({ text }: { text: string }) {
  return (
    <pre className="diff" tabIndex={0} aria-label="Changes against the version in force">
      {readDiff(text).map((line, index) => (
        <span key={`${index} ${line.text}`} className={`diff-line diff-${line.kind}`}>
          <span className="unseen">
            {line.kind === 'added' ? 'added: ' : line.kind === 'removed' ? 'removed: ' : ''}
          </span>
          {line.text}
          {'\n'}
        </span>
      ))}
    </pre>
  )
}
