import { groupBy, type Breach, type Evidence, type StoredState } from './history.ts'

/** I1 to I3: acknowledged means stored, each once; not acknowledged means once or never; sequences have no hole. */
export function checkMessages(evidence: Evidence): Breach[] {
  return [...checkAcknowledged(evidence), ...checkCopies(evidence), ...checkSequences(evidence.stored)]
}

function checkAcknowledged({ history, stored }: Evidence): Breach[] {
  const byId = new Map(stored.messages.map((message) => [message.id, message]))
  const breach = (what: string): Breach[] => [{ invariant: 'I1', what }]
  return history.flatMap((entry) => {
    if (entry.type !== 'acked') return []
    const found = byId.get(entry.messageId)
    if (!found) return breach(`message ${entry.messageId} was acknowledged and is lost`)
    const isSame = found.turnId === entry.turnId && found.seq === entry.seq
    return isSame ? [] : breach(`message ${entry.messageId} was acknowledged as another than is stored`)
  })
}

function checkCopies({ history, stored }: Evidence): Breach[] {
  const acked = new Set(history.flatMap((entry) => (entry.type === 'acked' ? [entry.messageId] : [])))
  const posted = history.filter((entry) => entry.type === 'posted')
  const known = new Set(posted.map((entry) => entry.messageId))
  const questions = stored.messages.filter((message) => message.role === 'user')
  const copies = groupBy(questions, (message) => message.text)
  const asked = groupBy(posted, (entry) => entry.text)
  const doubled = posted.flatMap(({ messageId, text }): Breach[] => {
    const count = copies.get(text)?.length ?? 0
    const invariant = acked.has(messageId) ? 'I1' : 'I2'
    return count > (asked.get(text)?.length ?? 0)
      ? [{ invariant, what: `message ${messageId} is stored ${count} times` }]
      : []
  })
  const strange = questions
    .filter((message) => !known.has(message.id))
    .map((message): Breach => ({ invariant: 'I2', what: `message ${message.id} is stored and nobody sent it` }))
  return [...doubled, ...strange]
}

function checkSequences(stored: StoredState): Breach[] {
  const breaches: Breach[] = []
  for (const [conversationId, messages] of groupBy(stored.messages, (message) => message.conversationId)) {
    const seqs = messages.map((message) => message.seq).toSorted((a, b) => a - b)
    if (seqs.some((seq, index) => seq !== index + 1))
      breaches.push({ invariant: 'I3', what: `conversation ${conversationId} has the sequence ${seqs.join()}` })
  }
  return breaches
}
