import { canonicalJson } from '#domain/canonical-json.ts'
import { formatPlace, START, stepFrom, type Place } from '#domain/turn/place.ts'
import type { Breach, Evidence } from './history.ts'

/** I5: a reader gets what is journalled and nothing else, in order, and in the end has what is stored, byte for byte. */
export function checkDeliveries(evidence: Evidence): Breach[] {
  return [...checkSteps(evidence), ...checkAssembled(evidence)]
}

function checkSteps({ history, stored }: Evidence): Breach[] {
  const breaches: Breach[] = []
  // The journal keeps events as jsonb, which orders keys its own way.
  const journalled = new Map(
    stored.events.map((placed) => [`${placed.turnId} ${formatPlace(placed)}`, canonicalJson(placed.event)]),
  )
  const places = new Map<string, Place>()
  const tell = (what: string): void => void breaches.push({ invariant: 'I5', what })
  for (const entry of history) {
    if (entry.type !== 'delivered') continue
    const { placed, reader } = entry
    const key = `${placed.turnId} ${formatPlace(placed)}`
    const kept = journalled.get(key)
    if (kept === undefined) tell(`event ${key} was delivered and is not in the journal`)
    else if (kept !== canonicalJson(placed.event))
      tell(`event ${key} was delivered with another content than is journalled`)
    const step = stepFrom(places.get(reader) ?? START, placed)
    if (step !== 'next') tell(`reader ${reader} got ${key} as ${step === 'seen' ? 'a repeat' : 'a gap'}`)
    places.set(reader, placed)
  }
  return breaches
}

function checkAssembled({ history, stored }: Evidence): Breach[] {
  const breaches: Breach[] = []
  const answers = new Map(
    stored.messages.filter((message) => message.role === 'assistant').map((message) => [message.turnId, message]),
  )
  const finished = new Set<string>()
  for (const entry of history) {
    if (entry.type === 'gave-up')
      breaches.push({ invariant: 'I5', what: `a client could not follow turn ${entry.turnId}: ${entry.reason}` })
    if (entry.type !== 'assembled') continue
    finished.add(entry.turnId)
    const answer = answers.get(entry.turnId)
    if (!answer || !Buffer.from(answer.text).equals(Buffer.from(entry.text)) || answer.status !== entry.status)
      breaches.push({
        invariant: 'I5',
        what: `what a client put together of turn ${entry.turnId} is not what is stored`,
      })
  }
  for (const entry of history) {
    if (entry.type === 'acked' && !finished.has(entry.turnId))
      breaches.push({ invariant: 'I5', what: `no client saw the end of turn ${entry.turnId}` })
  }
  return breaches
}
