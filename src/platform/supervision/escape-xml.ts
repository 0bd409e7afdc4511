const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text as it stands between the tags of XML, in ASCII, so that no encoding can be mistaken. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']|[^\0-\x7f]/gu, (mark) => ENTITIES[mark] ?? `&#${mark.codePointAt(0) ?? 0};`)
}

/** The text again. */
export function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|\w+);/g, (entity, code) =>
    code === undefined ? (MARKS.get(entity) ?? entity) : String.fromCodePoint(Number(code)),
  )
}

const MARKS = new Map(Object.entries(ENTITIES).map(([mark, entity]) => [entity, mark]))
