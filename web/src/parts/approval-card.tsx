import { useMutation } from '@tanstack/react-query'
import type { AssembledCall } from '#contract/turn-assembly.ts'
import { command } from '../api/client.ts'
import { useMay } from '../state/use-me.ts'
import { useTimeLeft } from '../state/use-time-left.ts'
import { durationWords, exactTime, labelWords } from '../state/words.ts'
import { Button } from './button.tsx'
import { InputFacts } from './call-card.tsx'
import { Problem } from './states.tsx'

/** Before anything is changed: exactly what would be done, and until when the question stands. */
export function ApprovalCard({ turnId, call }: { turnId: string; call: AssembledCall }) {
  const leftMs = useTimeLeft(call.expiresAt)
  const mayApprove = useMay('tool:approve')
  const answer = useMutation({
    mutationFn: (approve: boolean) =>
      command(`/api/turns/${turnId}/approvals/${encodeURIComponent(call.callId)}`, {
        method: 'POST',
        json: { approve },
      }),
  })
  const isExpired = leftMs !== null && leftMs <= 0
  const isAnswered = answer.isPending || answer.isSuccess
  return (
    <section className="approval" aria-label={`Approve ${labelWords(call.tool)}`}>
      <p className="approval-title">{labelWords(call.tool)}?</p>
      <p className="small">This changes your data. Nothing is done until you approve.</p>
      <InputFacts input={call.input} />
      <details className="small">
        <summary>Exact arguments</summary>
        <pre className="approval-exact" tabIndex={0}>
          {JSON.stringify(call.input, null, 2)}
        </pre>
      </details>
      {answer.isError ? <Problem thrown={answer.error} /> : null}
      <div className="actions">
        {mayApprove && !isExpired ? (
          <>
            <Button
              look="accent"
              icon="check"
              isBusy={answer.isPending && answer.variables}
              disabled={isAnswered}
              onClick={() => answer.mutate(true)}
            >
              Approve
            </Button>
            <Button disabled={isAnswered} onClick={() => answer.mutate(false)}>
              Decline
            </Button>
          </>
        ) : null}
        {call.expiresAt ? (
          <span className="quiet small tabular" title={exactTime(call.expiresAt)}>
            {isExpired
              ? 'Nobody approved in time; nothing was done.'
              : `Stands for another ${durationWords(leftMs ?? 0)}`}
          </span>
        ) : null}
      </div>
    </section>
  )
}
