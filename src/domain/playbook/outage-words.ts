/** What the instructions of a turn say of connections that cannot be used, each on a line of its own. */
const OUTAGE = /^The connection "(?<name>[^"]+)" cannot be used: .*$/gm

/** The word on each connection that a question names and that cannot be used now. */
export function outageWords(question: string, turnInstructions: string): string[] {
  const asked = question.toLowerCase()
  return [...turnInstructions.matchAll(OUTAGE)].flatMap(({ 0: line, groups }) =>
    asked.includes((groups?.['name'] ?? '').toLowerCase()) ? [line] : [],
  )
}
