import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import type { Message } from '#contract/conversations.ts'
import { command } from '../api/client.ts'
import { useSide, type RowRef } from '../state/side.ts'
import { costWords, usageWords } from '../state/cost-words.ts'
import { plural, withDayWords } from '../state/words.ts'
import { AnswerText } from './answer-text.tsx'
import { IconButton } from './button.tsx'
import { CallCard } from './call-card.tsx'
import { Icon } from './icons.tsx'
import { TimeText } from './values.tsx'

export function QuestionView({ text, note }: { text: string; note?: string }) {
  return (
    <article className="question" aria-label="You asked">
      <p>{text}</p>
      {note ? (
        <span className="tiny quiet" role="status">
          {note}
        </span>
      ) : null}
    </article>
  )
}

const ENDINGS: Readonly<Record<string, string>> = {
  cancelled: 'Stopped. What had been written is kept.',
  failed: 'This answer did not come to its end. What had been written is kept.',
}

interface AnswerViewProps {
  message: Message
  onAgain: (() => void) | null
  /** What was remembered from the question. */
  learnt: ReactNode
}

export function AnswerView({ message, onAgain, learnt }: AnswerViewProps) {
  const ending = message.status ? ENDINGS[message.status] : undefined
  return (
    <article className="answer" aria-label="Answer">
      {message.calls.map((call) => (
        <CallCard key={call.callId} call={{ ...call, state: call.ok ? 'ok' : 'failed' }} sources={message.sources} />
      ))}
      {message.text ? <AnswerText text={message.text} /> : null}
      {ending ? (
        <p className="answer-ending">
          <Icon name="warning" size={16} /> {ending}{' '}
          {message.errorCode ? <code className="tiny">{message.errorCode}</code> : null}
        </p>
      ) : null}
      <Sources rows={message.sources} />
      {learnt}
      <AnswerFoot message={message} onAgain={onAgain} />
    </article>
  )
}

export function Sources({ rows }: { rows: readonly RowRef[] }) {
  const { showEvidence } = useSide()
  if (rows.length === 0) return null
  const [first, second] = rows
  return (
    <button type="button" className="sources" onClick={() => showEvidence({ title: 'Sources of this answer', rows })}>
      <Icon name="audit" size={16} />
      <span className="sources-count">{plural(rows.length, 'source')}</span>
      <span className="truncate quiet">{withDayWords([first?.label, second?.label].filter(Boolean).join(' · '))}</span>
      <Icon name="right" size={16} />
    </button>
  )
}

function AnswerFoot({ message, onAgain }: { message: Message; onAgain: (() => void) | null }) {
  const [isCopied, setCopied] = useState(false)
  const { showTrace } = useSide()
  const copy = (): void => {
    // A refused clipboard leaves the text where it can be marked by hand.
    navigator.clipboard.writeText(message.text).then(
      () => setCopied(true),
      () => undefined,
    )
  }
  return (
    <footer className="answer-foot">
      <IconButton icon={isCopied ? 'check' : 'copy'} label={isCopied ? 'Copied' : 'Copy the answer'} onClick={copy} />
      {onAgain ? <IconButton icon="again" label="Ask again" onClick={onAgain} /> : null}
      <Feedback message={message} />
      {hasTurn(message) ? (
        <IconButton icon="clock" label="Why did this take so long?" onClick={() => showTrace(message.turnId)} />
      ) : null}
      <span className="answer-cost tiny quiet tabular" title={usageWords(message.usage)}>
        {message.model ?? 'model unknown'} · {costWords(message.cost)} · <TimeText instant={message.createdAt} />
      </span>
    </footer>
  )
}

/** A briefing was asked for by nobody: it names itself in the place of a turn. */
function hasTurn({ id, turnId }: Message): boolean {
  return turnId !== id
}

function Feedback({ message }: { message: Message }) {
  const client = useQueryClient()
  const rate = useMutation({
    mutationFn: (rating: 'up' | 'down') =>
      command(`/api/messages/${message.id}/feedback`, { method: 'POST', json: { rating } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['conversation'] }),
  })
  const rating = (rate.isPending || rate.isSuccess ? rate.variables : undefined) ?? message.feedback
  return (
    <>
      <IconButton icon="thumbUp" label="Helpful" isOn={rating === 'up'} onClick={() => rate.mutate('up')} />
      <IconButton icon="thumbDown" label="Not helpful" isOn={rating === 'down'} onClick={() => rate.mutate('down')} />
      {rate.isError ? (
        <span className="tiny risk-text" role="alert">
          Not saved
        </span>
      ) : null}
    </>
  )
}
