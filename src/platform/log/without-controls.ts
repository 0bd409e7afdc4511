/** Text of a model, of a record or from a far end must not steer the terminal. Line feeds and tabs stay. */
export function withoutControls(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '')
}
