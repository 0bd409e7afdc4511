import { checkEffects } from './check-effects.ts'
import { checkJobs } from './check-jobs.ts'
import { checkTakeovers } from './check-takeovers.ts'
import type { Breach, Evidence } from './history.ts'

/** Beyond what is open anyway: pools that grew within their limits, a log that was opened anew. */
const HANDLE_SLACK = 40
/** Promised: each turn ends, and all is as before, within two minutes of a fault's end. */
const RECOVERY_LIMIT_MS = 120_000
/** Something a provider said once, to one who asked. */
const NONCE = /nonce [0-9a-f-]{36}/g
const ID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g

/** I6 to I9, I11 and I12: who heard what, what was done outside, what it cost, and whether the house is as before. */
export function checkHouse(evidence: Evidence): Breach[] {
  const { handles, recovery } = evidence.observed
  return [
    ...checkCanaries(evidence),
    ...checkNonces(evidence),
    ...checkLogs(evidence),
    ...checkEffects(evidence),
    ...checkLedger(evidence),
    ...checkJobs(evidence),
    ...checkTakeovers(evidence),
    ...checkCutOff(evidence),
    ...handles
      .filter(({ before, after }) => after > before + HANDLE_SLACK)
      .map(({ name, before, after }): Breach => ({
        invariant: 'I11',
        what: `${name} had ${before} handles and has ${after}`,
      })),
    ...recovery
      .filter(({ ms }) => ms === null || ms > RECOVERY_LIMIT_MS)
      .map(({ name, ms }): Breach => ({
        invariant: 'I12',
        what: `${name} was ${ms === null ? 'never' : `only after ${Math.round(ms / 1000)} s`} as before`,
      })),
  ]
}

/**
 * Who reads nothing is cut off: what is kept for them grows without an end otherwise. The last time is when all is good again; before, a
 * line may be dead, so that whoever is cut off does not hear of it.
 */
function checkCutOff({ history }: Evidence): Breach[] {
  const last = history.findLast((entry) => entry.type === 'read-nothing')
  if (last?.type !== 'read-nothing' || last.code !== null) return []
  return [{ invariant: 'I11', what: `a client that read nothing for ${Math.round(last.ms / 1000)} s was not cut off` }]
}

/** Each message carries its own id in its text and in its answer: whoever else hears it heard something of another. */
function checkCanaries({ history }: Evidence): Breach[] {
  const owners = new Map(
    history.flatMap((entry) => (entry.type === 'posted' ? [[entry.messageId, entry.memberId] as const] : [])),
  )
  return history.flatMap((entry) => {
    if (entry.type !== 'heard') return []
    return [...entry.text.matchAll(ID)].flatMap(([id]): Breach[] => {
      const owner = owners.get(id)
      if (owner === undefined || owner === entry.memberId) return []
      return [{ invariant: 'I6', what: `member ${entry.memberId} heard of message ${id} of member ${owner}` }]
    })
  })
}

/** What two members ask in the same words is answered to each of them. */
function checkNonces({ history }: Evidence): Breach[] {
  const hearers = new Map<string, string>()
  return history.flatMap((entry) => {
    if (entry.type !== 'heard') return []
    return [...entry.text.matchAll(NONCE)].flatMap(([nonce]): Breach[] => {
      const first = hearers.get(nonce) ?? entry.memberId
      hearers.set(nonce, first)
      if (first === entry.memberId) return []
      return [{ invariant: 'I6', what: `member ${entry.memberId} got the answer "${nonce}" of member ${first}` }]
    })
  })
}

function checkLogs({ history, observed }: Evidence): Breach[] {
  const posted = history.filter((entry) => entry.type === 'posted')
  return observed.logs.flatMap(({ name, text }) =>
    posted
      .filter((entry) => text.includes(entry.text))
      .map(({ messageId }): Breach => ({
        invariant: 'I6',
        what: `the text of message ${messageId} is in the log of ${name}`,
      })),
  )
}

/** What an answer says it took is in the ledger: of an answer at the first attempt exactly, of a later one at least. */
function checkLedger({ stored }: Evidence): Breach[] {
  const breaches: Breach[] = []
  const turns = new Map(stored.turns.map((turn) => [turn.id, turn]))
  const spent = new Map(stored.ledger.map(({ turnId, tokens }) => [turnId, tokens]))
  for (const { turnId } of stored.ledger)
    if (turnId !== null && !turns.has(turnId))
      breaches.push({ invariant: 'I8', what: `the ledger knows a turn ${turnId} that never was` })
  for (const message of stored.messages) {
    if (message.role !== 'assistant' || message.tokens === null) continue
    const inLedger = spent.get(message.turnId) ?? 0
    const isFirst = turns.get(message.turnId)?.attempt === 1
    if (inLedger < message.tokens || (isFirst && inLedger !== message.tokens))
      breaches.push({
        invariant: 'I8',
        what: `turn ${message.turnId} says ${message.tokens} tokens and the ledger has ${inLedger}`,
      })
  }
  return breaches
}
