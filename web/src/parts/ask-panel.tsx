import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import type { PersonaSummary } from '#contract/personas.ts'
import { personasQuery } from '../api/queries.ts'
import { pageOfRow, type Ask } from '../state/side.ts'
import { useKeys } from '../state/use-keys.ts'
import { firstNameOf } from '../state/use-me.ts'
import { useNewConversation } from '../state/use-new-conversation.ts'
import { IconButton } from './button.tsx'
import { Composer } from './composer.tsx'
import { Icon } from './icons.tsx'
import { PersonaMark } from './persona-mark.tsx'
import { Problem, Skeleton } from './states.tsx'
import { Thread } from './thread.tsx'

/** A conversation beside what it is about, so that the record stays in view. */
export function AskPanel({ ask, onClose }: { ask: Ask; onClose: () => void }) {
  const personas = useQuery(personasQuery)
  const persona = personas.data?.items.find((one) => one.id === ask.persona)
  const name = persona ? firstNameOf(persona.name) : ask.persona
  const [conversationId, setConversationId] = useState<string | null>(null)
  const start = useNewConversation((conversation) => setConversationId(conversation.id))
  const about = ask.about ? { kind: ask.about.kind, id: ask.about.id } : undefined
  const begin = (text: string): void => start.mutate({ persona: ask.persona, text, ...(about ? { about } : {}) })
  useSentAtOnce(ask.text, begin)
  useKeys({ Escape: onClose })
  return (
    <aside className="ask-panel" aria-label={`Conversation with ${name}`}>
      <AskHead
        ask={ask}
        name={name}
        conversationId={conversationId}
        onClose={onClose}
        {...(persona ? { persona } : {})}
      />
      {conversationId ? (
        <Thread conversationId={conversationId} name={name} {...(about ? { context: { about } } : {})} />
      ) : (
        <BeforeThread ask={ask} name={name} start={start} onAsk={begin} {...(persona ? { persona } : {})} />
      )}
    </aside>
  )
}

interface AskPartProps {
  ask: Ask
  name: string
  persona?: PersonaSummary
}

function AskHead({
  ask,
  name,
  persona,
  conversationId,
  onClose,
}: AskPartProps & { conversationId: string | null; onClose: () => void }) {
  return (
    <header className="ask-head">
      <PersonaMark id={ask.persona} name={name} tint={persona?.tint ?? 'slate'} size={28} />
      <div className="ask-who">
        <h2>{name}</h2>
        {ask.about ? <AboutLine about={ask.about} /> : <p className="tiny quiet truncate">{persona?.role}</p>}
      </div>
      {conversationId ? (
        <Link
          href={`/conversations/${conversationId}`}
          className="icon-button"
          aria-label="Open as a page"
          title="Open as a page"
          onClick={onClose}
        >
          <Icon name="open" />
        </Link>
      ) : null}
      <IconButton icon="close" label="Close the conversation" onClick={onClose} />
    </header>
  )
}

interface BeforeThreadProps extends AskPartProps {
  start: ReturnType<typeof useNewConversation>
  onAsk: (text: string) => void
}

/** Until the conversation exists: the greeting, or how its start goes. */
function BeforeThread({ ask, name, persona, start, onAsk }: BeforeThreadProps) {
  return (
    <div className="thread">
      <div className="thread-scroll">
        <div className="thread-column">
          {start.isError ? (
            <Problem
              thrown={start.error}
              onRetry={() => start.variables && start.mutate(start.variables)}
              kept="Your question is kept."
            />
          ) : null}
          {start.isPending ? <Skeleton lines={3} label="Starting" /> : null}
          {persona && !start.isPending && !start.isError ? (
            <FirstWords
              greeting={persona.greeting}
              suggestions={ask.about ? SUGGESTIONS[ask.about.kind] : persona.suggestions}
              onAsk={onAsk}
            />
          ) : null}
        </div>
      </div>
      <div className="thread-foot">
        <Composer name={name} isBusy={start.isPending} onSend={onAsk} />
      </div>
    </div>
  )
}

const SUGGESTIONS = { deal: ['Coach me on this deal'], client: ['How healthy is this client?'] } as const

function FirstWords({
  greeting,
  suggestions,
  onAsk,
}: {
  greeting: string
  suggestions: readonly string[]
  onAsk: (text: string) => void
}) {
  return (
    <>
      <p className="ask-greeting">{greeting}</p>
      <ul className="suggestions">
        {suggestions.map((suggestion) => (
          <li key={suggestion}>
            <button type="button" className="suggestion" onClick={() => onAsk(suggestion)}>
              {suggestion}
              <Icon name="right" size={16} />
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

function AboutLine({ about }: { about: NonNullable<Ask['about']> }) {
  return (
    <p className="tiny truncate">
      <span className="quiet">About </span>
      <Link href={pageOfRow(about) ?? '/'} className="text-link">
        {about.label}
      </Link>
    </p>
  )
}

/** A question that came with the press of a button goes out once, however often React runs the effect. */
function useSentAtOnce(text: string | undefined, begin: (text: string) => void): void {
  const isSent = useRef(false)
  useEffect(() => {
    if (text === undefined || isSent.current) return
    isSent.current = true
    begin(text)
  })
}
