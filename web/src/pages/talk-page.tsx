import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { conversationQuery, personasQuery } from '../api/queries.ts'
import { ConversationList } from '../parts/conversation-list.tsx'
import { ConversationHead } from '../parts/conversation-head.tsx'
import { PersonaIntro } from '../parts/persona-intro.tsx'
import { Composer } from '../parts/composer.tsx'
import { useTitle } from '../parts/page.tsx'
import { Loaded, Problem, Skeleton } from '../parts/states.tsx'
import { Thread } from '../parts/thread.tsx'
import { firstNameOf } from '../state/use-me.ts'
import { useNewConversation } from '../state/use-new-conversation.ts'

/** The list of conversations beside one of them, or beside a new one with a colleague. */
export function TalkPage({ conversationId, persona }: { conversationId?: string; persona?: string }) {
  const isList = conversationId === undefined && persona === undefined
  return (
    <div className={isList ? 'talk is-list' : 'talk'}>
      <ConversationList {...(persona ? { persona } : {})} {...(conversationId ? { openId: conversationId } : {})} />
      <div className="talk-main">
        {conversationId ? (
          <OpenConversation key={conversationId} id={conversationId} />
        ) : (
          <NewConversation persona={persona ?? 'marcus'} />
        )}
      </div>
    </div>
  )
}

function OpenConversation({ id }: { id: string }) {
  const conversation = useQuery(conversationQuery(id))
  const personas = useQuery(personasQuery)
  useTitle(conversation.data?.title ?? 'Conversation')
  return (
    <Loaded asked={conversation} lines={5}>
      {(talk) => {
        const persona = personas.data?.items.find((one) => one.id === talk.persona)
        const name = persona ? firstNameOf(persona.name) : talk.persona
        return (
          <>
            <ConversationHead conversation={talk} {...(persona ? { persona } : {})} />
            <Thread conversationId={id} name={name} />
          </>
        )
      }}
    </Loaded>
  )
}

function NewConversation({ persona: id }: { persona: string }) {
  const [, go] = useLocation()
  const [query] = useSearchParams()
  const personas = useQuery(personasQuery)
  const persona = personas.data?.items.find((one) => one.id === id)
  const [draft, setDraft] = useState(query.get('ask') ?? '')
  const start = useNewConversation((conversation) => go(`/conversations/${conversation.id}`, { replace: true }))
  const name = persona ? firstNameOf(persona.name) : id
  useTitle(name)
  const begin = (text: string): void => {
    setDraft(text)
    start.mutate({ persona: id, text })
  }
  return (
    <div className="thread">
      <div className="thread-scroll">
        <div className="thread-column">
          {persona ? (
            <PersonaIntro persona={persona} onAsk={begin} isBusy={start.isPending} />
          ) : (
            <NoPersona asked={personas} />
          )}
        </div>
      </div>
      <div className="thread-foot">
        <div className="thread-column">
          {start.isError ? <Problem thrown={start.error} kept="Your question is kept below." /> : null}
          {persona ? (
            <Composer
              name={name}
              startText={start.isError ? draft : ''}
              isBusy={start.isPending}
              onSend={begin}
              note="Enter sends, Shift Enter starts a line"
            />
          ) : null}
        </div>
      </div>
    </div>
  )
}

function NoPersona({ asked }: { asked: UseQueryResult<unknown> }) {
  if (asked.isPending) return <Skeleton lines={5} />
  if (asked.isError)
    return (
      <>
        <h1>Conversation</h1>
        <Problem thrown={asked.error} isRetrying={asked.isFetching} onRetry={() => void asked.refetch()} />
      </>
    )
  return <p>There is no colleague of this name.</p>
}
