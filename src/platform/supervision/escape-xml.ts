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
