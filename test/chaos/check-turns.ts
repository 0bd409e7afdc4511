import { assembleTurn, EMPTY_TURN } from '#contract/turn-assembly.ts'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import {
  groupBy,
  type Breach,
  type Evidence,
  type StoredMessage,
  type StoredState,
  type StoredTurn,
} from './history.ts'

/** I4: every turn ended, with exactly one answer, and the right one. I10: its journal says the same when it is read again. */
export function checkTurns(evidence: Evidence): Breach[] {
  const { stored } = evidence
  const answers = groupBy(
    stored.messages.filter((message) => message.role === 'assistant'),
    (message) => message.turnId,
  )
  const journals = groupBy(stored.events, (placed) => placed.turnId)
  return [
    ...stored.turns
      .filter((turn) => !isLeftAlone(evidence, turn))
      .flatMap((turn) => checkTurn(evidence, turn, answers.get(turn.id) ?? [])),
    ...[...answers].flatMap(([turnId, [answer]]) => (answer ? checkJournal(answer, journals.get(turnId) ?? []) : [])),
    ...checkAttempts(stored),
  ]
}

function checkTurn(evidence: Evidence, turn: StoredTurn, answers: readonly StoredMessage[]): Breach[] {
  const breach = (what: string): Breach[] => [{ invariant: 'I4', what: `turn ${turn.id} ${what}` }]
  const [answer] = answers
  const isCutShort =
    (turn.status === 'failed' && evidence.mayFailWith(turn.errorCode)) ||
    (turn.status === 'cancelled' &&
      evidence.history.some((entry) => entry.type === 'cancelled' && entry.turnId === turn.id))
  if (turn.status !== 'complete' && !isCutShort)
    return breach(`is ${turn.status}${turn.errorCode ? ` with ${turn.errorCode}` : ''}`)
  if (!answer || answers.length > 1) return breach(`has ${answers.length} answers`)
  const right = evidence.answerTo(turn.messageId)
  if (right === null) return []
  if (isCutShort ? !right.startsWith(answer.text) : right !== answer.text)
    return breach(`has a wrong answer: ${differenceOf(right, answer.text)} (${turn.status}, attempt ${turn.attempt})`)
  return []
}

/** It waits for a person who never learnt that their message had arrived. */
function isLeftAlone({ history }: Evidence, { id, status }: StoredTurn): boolean {
  return status === 'waiting' && !history.some((entry) => entry.type === 'acked' && entry.turnId === id)
}

function differenceOf(right: string, found: string): string {
  let at = 0
  while (at < right.length && right[at] === found[at]) at += 1
  const here = JSON.stringify(found.slice(at, at + 40))
  return `${found.length} characters instead of ${right.length}, from ${at} on ${here} instead of ${JSON.stringify(right.slice(at, at + 40))}`
}

/** The journal's last attempt is dense, ends once, and put together says what is stored. */
function checkJournal(answer: StoredMessage, events: readonly PlacedTurnEvent[]): Breach[] {
  const breach = (what: string): Breach => ({ invariant: 'I10', what: `journal of turn ${answer.turnId} ${what}` })
  const attempt = Math.max(0, ...events.map((placed) => placed.attempt))
  const last = events.filter((placed) => placed.attempt === attempt).toSorted((a, b) => a.n - b.n)
  if (last.some((placed, index) => placed.n !== index + 1))
    return [breach(`is not dense: ${last.map((placed) => placed.n).join()}`)]
  const faults: Breach[] = []
  if (last.at(-1)?.event.type !== 'turn-end') faults.push(breach('does not end with turn-end'))
  if (last.filter((placed) => placed.event.type === 'turn-end').length > 1) faults.push(breach('ends more than once'))
  const again = last.reduce(assembleTurn, EMPTY_TURN)
  if (again.text !== answer.text) faults.push(breach('says something else than its message'))
  if (again.end && again.end.messageId !== answer.id) faults.push(breach('ends with another message than is stored'))
  return faults
}

/** No journal knows an attempt that its turn does not, and a later attempt begins by saying so. */
function checkAttempts(stored: StoredState): Breach[] {
  const breaches: Breach[] = []
  const turns = new Map(stored.turns.map((turn) => [turn.id, turn]))
  for (const placed of stored.events) {
    const turn = turns.get(placed.turnId)
    if (turn && placed.attempt > turn.attempt)
      breaches.push({
        invariant: 'I10',
        what: `turn ${turn.id} has events of an attempt ${placed.attempt} that never was`,
      })
    if (placed.attempt > 1 && placed.n === 1 && placed.event.type !== 'turn-restart')
      breaches.push({
        invariant: 'I10',
        what: `attempt ${placed.attempt} of turn ${placed.turnId} begins without a word`,
      })
  }
  return breaches
}
