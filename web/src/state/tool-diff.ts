export interface ToolDiffLine {
  readonly kind: 'before' | 'now' | 'same'
  readonly start: string
  /** The part that differs from the line it is held against; empty where there is none. */
  readonly differs: string
  readonly end: string
}

/** Lines of what changed of a tool, `-` before and `+` now; of two that belong together, the part that differs. */
export function readToolDiff(lines: readonly string[]): ToolDiffLine[] {
  return lines.map((line, index) => {
    const kind = line.startsWith('-') ? 'before' : line.startsWith('+') ? 'now' : 'same'
    const text = kind === 'same' ? line : line.slice(1).trimStart()
    const other = kind === 'before' ? lines[index + 1] : kind === 'now' ? lines[index - 1] : undefined
    const isPair = other !== undefined && other.startsWith(kind === 'before' ? '+' : '-')
    const otherText = isPair ? other.slice(1).trimStart() : ''
    return isPair && fieldOf(text) === fieldOf(otherText)
      ? { kind, ...splitOff(text, otherText) }
      : { kind, start: text, differs: '', end: '' }
  })
}

function fieldOf(text: string): string {
  return text.slice(0, text.indexOf(': '))
}

function splitOff(text: string, other: string): Omit<ToolDiffLine, 'kind'> {
  const most = Math.min(text.length, other.length)
  let from = 0
  while (from < most && text[from] === other[from]) from += 1
  let back = 0
  while (back < most - from && text.at(-1 - back) === other.at(-1 - back)) back += 1
  return {
    start: text.slice(0, from),
    differs: text.slice(from, text.length - back),
    end: text.slice(text.length - back),
  }
}
