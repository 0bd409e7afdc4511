const names = new Map<string, string>()
/** Texts come from code, so there are some hundreds; a list that grows with its values makes more of them. */
const MOST_NAMES = 2000

/** What a statement does to which table, such as `UPDATE turns`: the first that it writes to, else the first it reads. */
export function nameStatement(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const written = /\b(insert\s+into|update|delete\s+from)\s+([a-z_]+)/i.exec(text)
  const [, verb = 'select', table = ''] = written ?? /\b(select)\b[^]*?\bfrom\s+([a-z_]+)/i.exec(text) ?? []
  const name = `${(verb.split(/\s/)[0] ?? verb).toUpperCase()} ${table}`.trim()
  if (names.size < MOST_NAMES) names.set(text, name)
  return name
}
