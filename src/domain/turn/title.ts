const MAX_LENGTH = 60

/** A conversation's title from its first message: the first sentence, at most 60 characters, cut between words. */
export function titleFrom(text: string): string {
  const line = text.trim().split(/\r?\n/, 1)[0]?.replaceAll(/\s+/g, ' ') ?? ''
  const sentence = /^.*?[.!?](?=\s|$)/u.exec(line)?.[0] ?? line
  const characters = Array.from(sentence.replace(/\.$/, '').trim().toWellFormed())
  if (characters.length === 0) return 'New conversation'
  if (characters.length <= MAX_LENGTH) return characters.join('')
  const cut = characters.slice(0, MAX_LENGTH - 1).join('')
  const lastSpace = cut.lastIndexOf(' ')
  return `${(lastSpace > MAX_LENGTH / 2 ? cut.slice(0, lastSpace) : cut).trimEnd()}…`
}
