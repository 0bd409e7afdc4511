import { useEffect, useRef } from 'react'
import type { MessageContext } from '#contract/conversations.ts'
import { questionOf } from '../state/thread.ts'
import { useConversation } from '../state/use-conversation.ts'
import { Button } from './button.tsx'
import { Composer } from './composer.tsx'
import { LiveAnswer, StopButton } from './live-answer.tsx'
import { AnswerView, QuestionView } from './message-view.tsx'
import { Remembered } from './remembered.tsx'
import { Problem, Skeleton } from './states.tsx'

interface ThreadProps {
  conversationId: string
  name: string
  context?: MessageContext
}

/** Messages and the field to add one; the same on the conversation's page and in the panel beside a record. */
export function Thread({ conversationId, name, context }: ThreadProps) {
  const talk = useConversation(conversationId)
  const about = context ?? contextOf(talk.conversation.data?.about ?? null)
  const end = useFollowedEnd(
    `${talk.messages.length} ${talk.waiting.map((question) => question.state).join()} ${talk.reading?.turn.n ?? 0} ${talk.reading?.turn.attempt ?? 0}`,
  )
  return (
    <div className="thread">
      <div
        className="thread-scroll"
        role="log"
        aria-label="Messages"
        tabIndex={0}
        ref={end.scroller}
        onScroll={end.onScroll}
      >
        <div className="thread-column">
          <EarlierMessages talk={talk} />
          <Messages
            conversationId={conversationId}
            talk={talk}
            name={name}
            onAgain={(question) => talk.send(question, about)}
          />
        </div>
      </div>
      <div className="thread-foot">
        <div className="thread-column">
          <Composer
            name={name}
            startText={talk.refused?.text ?? ''}
            onSend={(text) => talk.send(text, about)}
            note="Enter sends, Shift Enter starts a line"
            {...(talk.turnId ? { stop: <StopButton key={talk.turnId} turnId={talk.turnId} /> } : {})}
          />
        </div>
      </div>
    </div>
  )
}

type Talk = ReturnType<typeof useConversation>

function EarlierMessages({ talk }: { talk: Talk }) {
  return (
    <>
      {talk.stored.hasNextPage ? (
        <Button isBusy={talk.stored.isFetchingNextPage} onClick={() => void talk.stored.fetchNextPage()}>
          Earlier messages
        </Button>
      ) : null}
      {talk.stored.isPending ? <Skeleton lines={4} /> : null}
      {talk.stored.isError && talk.messages.length === 0 ? (
        <Problem thrown={talk.stored.error} onRetry={() => void talk.stored.refetch()} />
      ) : null}
    </>
  )
}

interface MessagesProps {
  conversationId: string
  talk: Talk
  name: string
  onAgain: (question: string) => void
}

function Messages({ conversationId, talk, name, onAgain }: MessagesProps) {
  const isLive = talk.turnId !== null
  return (
    <>
      {talk.messages.map((message) => {
        const question = message.role === 'assistant' ? questionOf(message, talk.messages) : null
        if (message.role === 'user') return <QuestionView key={message.id} text={message.text} />
        return (
          <AnswerView
            key={message.id}
            message={message}
            onAgain={question && !isLive ? () => onAgain(question.text) : null}
            learnt={question ? <Remembered conversationId={conversationId} messageId={question.id} /> : null}
          />
        )
      })}
      {talk.waiting.map((question) => (
        <QuestionView
          key={question.id}
          text={question.text}
          {...(question.state === 'waiting' ? { note: 'Not sent yet. It goes out when Sophia can be reached.' } : {})}
        />
      ))}
      {talk.turnId ? <LiveAnswer turnId={talk.turnId} reading={talk.reading} name={name} /> : null}
      {talk.refused ? <Problem thrown={talk.refused.problem} kept="Your words are back in the field below." /> : null}
    </>
  )
}

function contextOf(about: { kind: string; id: string } | null): MessageContext | undefined {
  if (about?.kind !== 'deal' && about?.kind !== 'client') return undefined
  return { about: { kind: about.kind, id: about.id } }
}

/** Keeps the newest words in sight, unless the reader has scrolled up to read. */
function useFollowedEnd(mark: string) {
  const scroller = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  useEffect(() => {
    const element = scroller.current
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight
  }, [mark])
  const onScroll = (): void => {
    const element = scroller.current
    if (element) isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 80
  }
  return { scroller, onScroll }
}
