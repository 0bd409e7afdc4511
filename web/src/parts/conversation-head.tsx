import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { Conversation } from '#contract/conversations.ts'
import type { PersonaSummary } from '#contract/personas.ts'
import { command } from '../api/client.ts'
import { pageOfRow } from '../state/side.ts'
import { firstNameOf } from '../state/use-me.ts'
import { labelWords, withDayWords } from '../state/words.ts'
import { Button, IconButton } from './button.tsx'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { Icon } from './icons.tsx'
import { PersonaMark } from './persona-mark.tsx'
import { Problem } from './states.tsx'

/** Title with rename and delete, the colleague, and the record it is about. */
export function ConversationHead({ conversation, persona }: { conversation: Conversation; persona?: PersonaSummary }) {
  const [isRenaming, setRenaming] = useState(false)
  const [isDeleting, setDeleting] = useState(false)
  const name = persona ? firstNameOf(persona.name) : conversation.persona
  const about = conversation.about
  return (
    <header className="talk-head">
      <Link href="/conversations" className="icon-button talk-back" aria-label="All conversations">
        <Icon name="left" />
      </Link>
      <PersonaMark id={conversation.persona} name={name} tint={persona?.tint ?? 'slate'} size={28} />
      <div className="talk-head-text">
        {isRenaming ? (
          <RenameForm conversation={conversation} onDone={() => setRenaming(false)} />
        ) : (
          <h1 className="talk-title truncate">{withDayWords(conversation.title)}</h1>
        )}
        <p className="tiny quiet truncate">
          {name}
          {about ? (
            <>
              {' · about '}
              <Link href={pageOfRow(about) ?? '/'} className="text-link">
                {labelWords(about.kind).toLowerCase()} {about.id}
              </Link>
            </>
          ) : null}
        </p>
      </div>
      <IconButton icon="edit" label="Rename" onClick={() => setRenaming(true)} />
      <IconButton icon="bin" label="Delete" onClick={() => setDeleting(true)} />
      {isDeleting ? <DeleteDialog conversation={conversation} onClose={() => setDeleting(false)} /> : null}
    </header>
  )
}

function RenameForm({ conversation, onDone }: { conversation: Conversation; onDone: () => void }) {
  const client = useQueryClient()
  const [title, setTitle] = useState(conversation.title)
  const rename = useMutation({
    mutationFn: () =>
      command(`/api/conversations/${conversation.id}`, { method: 'PATCH', json: { title: title.trim() } }),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['conversation', conversation.id] }),
        client.invalidateQueries({ queryKey: ['conversations'] }),
      ])
      onDone()
    },
  })
  return (
    <form
      className="rename"
      onSubmit={(event) => {
        event.preventDefault()
        if (title.trim()) rename.mutate()
      }}
    >
      <input
        aria-label="Title"
        className="input"
        value={title}
        maxLength={200}
        autoFocus
        onChange={(event) => setTitle(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
      />
      <Button type="submit" look="accent" isBusy={rename.isPending}>
        Save
      </Button>
      <Button onClick={onDone}>Cancel</Button>
      {rename.isError ? <Problem thrown={rename.error} /> : null}
    </form>
  )
}

function DeleteDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const client = useQueryClient()
  const [, go] = useLocation()
  const remove = useMutation({
    mutationFn: () => command(`/api/conversations/${conversation.id}`, { method: 'DELETE' }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['conversations'] })
      go('/conversations', { replace: true })
    },
  })
  return (
    <ConfirmDialog
      title="Delete this conversation?"
      verb="Delete"
      kept="The conversation is still there."
      change={remove}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>“{conversation.title}” and its messages go for good.</p>
    </ConfirmDialog>
  )
}
