import { groupBy, type Breach, type Effect, type Evidence, type SideEffect, type StoredMessage } from './history.ts'

/** How an answer says that nobody knows whether a call happened. */
const SAYS_UNKNOWN = /not known whether|may have happened/

/** I7: a side effect happens once per key, no more often than its member said yes, and the answer tells of it as it was. */
export function checkEffects({ history, stored, observed }: Evidence): Breach[] {
  const breach = (what: string): Breach => ({ invariant: 'I7', what })
  const { effects } = observed
  const turns = new Map(stored.turns.map((turn) => [turn.messageId, turn]))
  const approvals = groupBy(
    history.filter((entry) => entry.type === 'decided' && entry.isApproved),
    (entry) => ('turnId' in entry ? entry.turnId : ''),
  )
  const answers = new Map(
    stored.messages.filter(({ role }) => role === 'assistant').map((message) => [message.turnId, message]),
  )
  const breaches = checkOnce('I7', 'the side effect', effects)
  for (const [order, ofOrder] of groupBy(effects, (effect) => effect.order)) {
    const turn = turns.get(order)
    const stray = ofOrder.find(({ key }) => !turn || !new RegExp(`^${turn.id}\\.\\d+$`).test(key))
    if (stray) breaches.push(breach(`order ${order} came under the key "${stray.key}", which is no place in its turn`))
    if (!turn) continue
    const calls = sumOf(ofOrder, ({ calls }) => calls)
    const yeses = approvals.get(turn.id)?.length ?? 0
    if (calls > yeses) breaches.push(breach(`order ${order} was sent ${calls} times on ${yeses} approvals`))
    const answer = answers.get(turn.id)
    const untrue = answer && sumOf(ofOrder, ({ count }) => count) > 0 ? faultOfTelling(answer) : undefined
    if (untrue !== undefined) breaches.push(breach(`order ${order} happened, and its answer ${untrue}`))
  }
  return [...breaches, ...checkClaims([...answers.values()], effects).map(breach)]
}

/** What an answer says wrongly of a call that happened; undefined: it says that it was done, or that nobody knows. */
function faultOfTelling({ calls }: StoredMessage): string | undefined {
  if (calls.some(({ ok, summary }) => ok || SAYS_UNKNOWN.test(summary))) return undefined
  const said = calls.at(-1)?.summary
  return said === undefined ? 'has no word of it' : `says: ${said}`
}

/** What is told as done was done. */
function checkClaims(answers: readonly StoredMessage[], effects: readonly SideEffect[]): string[] {
  const done = new Set(effects.filter(({ count }) => count > 0).map(({ key }) => key.split('.')[0]))
  return answers
    .filter(({ turnId, calls }) => calls.some(({ ok }) => ok) && !done.has(turnId))
    .map(({ turnId }) => `the answer to turn ${turnId} says that a call was done, and it never was`)
}

export function checkOnce(invariant: 'I7' | 'I9', what: string, effects: readonly Effect[]): Breach[] {
  return effects
    .filter(({ count }) => count > 1)
    .map(({ key, count }) => ({ invariant, what: `${what} ${key} happened ${count} times` }))
}

function sumOf(effects: readonly SideEffect[], part: (effect: SideEffect) => number): number {
  return effects.reduce((sum, effect) => sum + part(effect), 0)
}
