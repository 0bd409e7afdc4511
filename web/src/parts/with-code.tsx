/** A sentence of Sophia's; what stands between backticks in it is code. */
export function WithCode({ text }: { text: string }) {
  return text.split('`').map((part, place) => (place % 2 === 1 ? <code key={place}>{part}</code> : part))
}
