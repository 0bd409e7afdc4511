import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { Link } from 'wouter'
import type { Conversation } from '#contract/conversations.ts'
import { conversationsQuery } from '../api/queries.ts'
import { useColleagues } from '../state/use-me.ts'
import { plural, withDayWords } from '../state/words.ts'
import { Button } from './button.tsx'
import { Icon } from './icons.tsx'
import { PersonaMark } from './persona-mark.tsx'
import { Problem, Skeleton } from './states.tsx'
import { TimeText } from './values.tsx'

/** All conversations of the member, newest first, with a search through titles and messages. */
export function ConversationList({ persona, openId }: { persona?: string; openId?: string }) {
  const [search, setSearch] = useState('')
  const words = useDeferredValue(search.trim())
  const colleagues = useColleagues()
  // Alone on the page it is the page's title; beside a conversation that has its own.
  const Heading = openId || persona ? 'h2' : 'h1'
  const colleague = colleagues.find((one) => one.id === persona)
  return (
    <section className="talk-list" aria-label="Conversations">
      <header className="talk-list-head">
        <Heading className="talk-list-title">{colleague ? `With ${colleague.firstName}` : 'Conversations'}</Heading>
        <Link
          href={`/talk/${persona ?? colleagues[0]?.id ?? 'marcus'}`}
          className="icon-button"
          aria-label="New conversation"
          title="New conversation"
        >
          <Icon name="plus" />
        </Link>
      </header>
      <label className="search-field">
        <Icon name="search" size={16} />
        <span className="unseen">Search conversations</span>
        <input
          type="search"
          value={search}
          placeholder="Search words"
          onChange={(event) => setSearch(event.target.value)}
        />
      </label>
      <FoundConversations search={words} {...(persona ? { persona } : {})} {...(openId ? { openId } : {})} />
      {persona ? (
        <Link href="/conversations" className="text-link small talk-all">
          All conversations
        </Link>
      ) : null}
    </section>
  )
}

function FoundConversations({ search, persona, openId }: { search: string; persona?: string; openId?: string }) {
  const found = useInfiniteQuery(conversationsQuery({ search: search || undefined, persona }))
  const items = found.data?.pages.flatMap((page) => page.items) ?? []
  if (found.isPending) return <Skeleton lines={5} />
  if (found.isError && items.length === 0) return <Problem thrown={found.error} onRetry={() => void found.refetch()} />
  if (items.length === 0) {
    return (
      <p className="talk-none quiet small">
        {search ? `Nothing with “${search}”.` : 'No conversations yet. What you ask is kept here, for you alone.'}
      </p>
    )
  }
  return (
    <>
      <ul className={found.isPlaceholderData ? 'talk-items is-stale' : 'talk-items'}>
        {items.map((conversation) => (
          <ConversationItem key={conversation.id} conversation={conversation} isOpen={conversation.id === openId} />
        ))}
      </ul>
      {found.hasNextPage ? (
        <Button isBusy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          More
        </Button>
      ) : null}
    </>
  )
}

function ConversationItem({ conversation, isOpen }: { conversation: Conversation; isOpen: boolean }) {
  const colleague = useColleagues().find((one) => one.id === conversation.persona)
  return (
    <li>
      <Link href={`/conversations/${conversation.id}`} className="talk-item" aria-current={isOpen ? 'page' : undefined}>
        <PersonaMark
          id={conversation.persona}
          name={colleague?.firstName ?? conversation.persona}
          tint={colleague?.tint ?? 'slate'}
          size={20}
        />
        <span className="talk-item-text">
          <span className="talk-item-title truncate" title={conversation.title}>
            {withDayWords(conversation.title)}
          </span>
          <span className="tiny quiet">
            {conversation.activeTurnId ? 'Answering now' : plural(conversation.messageCount, 'message')} ·{' '}
            <TimeText instant={conversation.updatedAt} />
          </span>
        </span>
      </Link>
    </li>
  )
}
