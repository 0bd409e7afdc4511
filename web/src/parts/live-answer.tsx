import { useMutation } from '@tanstack/react-query'
import type { Reading } from '../api/turn-stream.ts'
import { command } from '../api/client.ts'
import { AnswerText } from './answer-text.tsx'
import { ApprovalCard } from './approval-card.tsx'
import { Button } from './button.tsx'
import { CallCard } from './call-card.tsx'
import { Icon } from './icons.tsx'
import { QuestionCard } from './question-card.tsx'
import { Sources } from './message-view.tsx'
import { queueWords } from '../state/queue-words.ts'
import { useQueuePlace } from '../state/use-queue-place.ts'

/** The answer as it comes. */
export function LiveAnswer({ turnId, reading, name }: { turnId: string; reading: Reading | null; name: string }) {
  const turn = reading?.turn
  return (
    <article className="answer is-live" aria-label={`${name} answers`} aria-busy={reading?.state !== 'ended'}>
      {turn?.calls.map((call) =>
        call.state === 'approval' ? (
          <ApprovalCard key={call.callId} turnId={turnId} call={call} />
        ) : call.question ? (
          <QuestionCard key={call.question.questionId} turnId={turnId} question={call.question} />
        ) : (
          <CallCard key={call.callId} call={call} sources={turn.sources} />
        ),
      )}
      {turn?.text ? <AnswerText text={turn.text} /> : null}
      {turn?.error ? (
        <p className="answer-ending" role="alert">
          <Icon name="warning" size={16} /> {turn.error.detail} {turn.error.retryable ? 'You can ask again.' : ''}
        </p>
      ) : null}
      <Sources rows={turn?.sources ?? []} />
      <LiveState turnId={turnId} reading={reading} name={name} />
    </article>
  )
}

function LiveState({ turnId, reading, name }: { turnId: string; reading: Reading | null; name: string }) {
  const place = useQueuePlace(turnId, reading?.state === 'live' && !reading.turn.start)
  return (
    <p className="live-state" role="status">
      {liveWords(reading, name, place)}
    </p>
  )
}

function liveWords(reading: Reading | null, name: string, place: number | null | undefined): string {
  if (!reading || reading.state === 'connecting') return 'Connecting'
  if (reading.state === 'resuming') return 'The line was lost. Resuming where it stopped'
  if (reading.state !== 'live') return ''
  if (!reading.turn.start) return queueWords(name, place)
  if (reading.turn.calls.some((call) => call.state === 'approval')) return `${name} waits for your approval`
  if (reading.turn.calls.some((call) => call.state === 'question')) return `${name} waits for your answer`
  if (reading.turn.calls.some((call) => call.state === 'running')) return `${name} is looking at your data`
  return reading.turn.text ? `${name} is writing` : `${name} is thinking`
}

export function StopButton({ turnId }: { turnId: string }) {
  const stop = useMutation({ mutationFn: () => command(`/api/turns/${turnId}/cancel`, { method: 'POST' }) })
  return (
    <Button icon="stop" isBusy={stop.isPending} disabled={stop.isSuccess} onClick={() => stop.mutate()}>
      {stop.isSuccess ? 'Stopping' : 'Stop'}
    </Button>
  )
}
