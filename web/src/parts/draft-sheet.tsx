import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { Draft } from '#contract/drafts.ts'
import { draftQuery } from '../api/work-queries.ts'
import { DRAFT_STATES, draftTitle, recipientWords } from '../state/draft-words.ts'
import { pageOfRow, useSide } from '../state/side.ts'
import { plural, withDayWords } from '../state/words.ts'
import { DraftForm } from './draft-form.tsx'
import { Sheet } from './sheet.tsx'
import { SignalTag } from './signal.tsx'
import { Loaded } from './states.tsx'
import { TimeText } from './values.tsx'

export function DraftSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const draft = useQuery(draftQuery(id))
  return (
    <Sheet label="Draft" onClose={onClose}>
      <Loaded asked={draft} lines={10}>
        {(found) => <DraftView draft={found} />}
      </Loaded>
    </Sheet>
  )
}

function DraftView({ draft }: { draft: Draft }) {
  const { showEvidence } = useSide()
  const state = DRAFT_STATES[draft.status]
  const page = draft.about ? pageOfRow(draft.about) : null
  const isOpen = draft.status === 'draft' || draft.status === 'failed'
  return (
    <>
      <p className="eyebrow">{draft.kind === 'email' ? 'E-mail' : 'Update of a record'}</p>
      <h2 className="sheet-title">{draftTitle(draft)}</h2>
      <p className="draft-state small">
        <SignalTag signal={state.signal}>{state.words}</SignalTag>
        {draft.about && page ? (
          <Link href={page} className="text-link">
            {draft.about.label}
          </Link>
        ) : null}
        <span className="quiet">
          <TimeText instant={draft.sentAt ?? draft.updatedAt} />
        </span>
      </p>
      {draft.failure ? (
        <p className="draft-failure" role="alert">
          {withDayWords(draft.failure)}
        </p>
      ) : null}
      {draft.notes.length > 0 ? (
        <ul className="draft-notes small" aria-label="To check before it leaves">
          {draft.notes.map((note) => (
            <li key={note}>{withDayWords(note)}</li>
          ))}
        </ul>
      ) : null}
      {isOpen ? <DraftForm key={draft.updatedAt} draft={draft} /> : <DraftAsItIs draft={draft} />}
      {draft.sources.length > 0 ? (
        <button
          type="button"
          className="text-link small"
          onClick={() => showEvidence({ title: 'What it was written from', rows: draft.sources })}
        >
          {plural(draft.sources.length, 'row')} it was written from
        </button>
      ) : null}
    </>
  )
}

function DraftAsItIs({ draft }: { draft: Draft }) {
  if (draft.kind === 'record_update') {
    return (
      <dl className="facts">
        {draft.changes.map((change) => (
          <div key={change.field}>
            <dt>{change.label}</dt>
            <dd>
              <span className="quiet">{withDayWords(change.from ?? 'nothing')}</span> →{' '}
              {withDayWords(change.to ?? 'nothing')}
            </dd>
          </div>
        ))}
      </dl>
    )
  }
  return (
    <>
      <p className="small quiet">To {recipientWords(draft.to) || 'nobody'}</p>
      <p className="draft-body">{draft.body}</p>
    </>
  )
}
