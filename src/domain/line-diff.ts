interface Edit {
  readonly kind: ' ' | '-' | '+'
  readonly line: string
}

interface Hunk {
  readonly fromStart: number
  readonly toStart: number
  readonly edits: readonly Edit[]
}

const CONTEXT = 3
/** Above this many cells the table of common lines would be too large; the texts are then shown as wholly replaced. */
const MAX_CELLS = 4_000_000
const NO_NEWLINE = '\\ No newline at end of file'

/** A unified diff of two texts, three lines of context; empty when they are equal. Applying it to `from` gives `to`. */
export function unifiedDiff(from: string, to: string, names = { from: 'a', to: 'b' }): string {
  if (from === to) return ''
  const hunks = groupHunks(compareLines(splitLines(from), splitLines(to)))
  const body = hunks.map((hunk) => [hunkHeader(hunk), ...hunk.edits.map(renderEdit)].join('\n'))
  return [`--- ${names.from}`, `+++ ${names.to}`, ...body].join('\n') + '\n'
}

/** Applies a diff made by `unifiedDiff`; throws when it does not fit the text. */
export function applyDiff(from: string, diff: string): string {
  if (diff === '') return from
  const source = splitLines(from)
  const built: string[] = []
  let position = 0
  for (const hunk of parseHunks(diff)) {
    built.push(...source.slice(position, hunk.fromStart))
    position = hunk.fromStart
    for (const edit of hunk.edits) {
      if (edit.kind === '+') {
        built.push(edit.line)
        continue
      }
      if (source[position] !== edit.line) throw new Error(`diff does not fit at line ${position + 1}`)
      if (edit.kind === ' ') built.push(edit.line)
      position += 1
    }
  }
  return [...built, ...source.slice(position)].join('')
}

/** Lines with their line ends, so that a missing last one is a difference like any other. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function compareLines(from: readonly string[], to: readonly string[]): Edit[] {
  let start = 0
  while (start < from.length && start < to.length && from[start] === to[start]) start += 1
  let end = 0
  while (end < from.length - start && end < to.length - start && from.at(-1 - end) === to.at(-1 - end)) end += 1
  const same = (line: string): Edit => ({ kind: ' ', line })
  return [
    ...from.slice(0, start).map(same),
    ...compareMiddle(from.slice(start, from.length - end), to.slice(start, to.length - end)),
    ...from.slice(from.length - end).map(same),
  ]
}

/** Longest common subsequence by the classic table; persona files are hundreds of lines, not millions. */
function compareMiddle(from: readonly string[], to: readonly string[]): Edit[] {
  if (from.length * to.length > MAX_CELLS)
    return [...from.map((line) => edit('-', line)), ...to.map((line) => edit('+', line))]
  const width = to.length + 1
  const lengths = new Uint32Array((from.length + 1) * width)
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0
  for (let row = from.length - 1; row >= 0; row -= 1) {
    for (let column = to.length - 1; column >= 0; column -= 1) {
      const isSame = from[row] === to[column]
      lengths[row * width + column] = isSame
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  return walkTable(from, to, at)
}

function walkTable(
  from: readonly string[],
  to: readonly string[],
  at: (row: number, column: number) => number,
): Edit[] {
  const edits: Edit[] = []
  let row = 0
  let column = 0
  while (row < from.length || column < to.length) {
    const left = from[row]
    const right = to[column]
    if (left !== undefined && left === right) {
      edits.push(edit(' ', left))
      row += 1
      column += 1
    } else if (left !== undefined && (right === undefined || at(row + 1, column) >= at(row, column + 1))) {
      edits.push(edit('-', left))
      row += 1
    } else if (right !== undefined) {
      edits.push(edit('+', right))
      column += 1
    }
  }
  return edits
}

function edit(kind: Edit['kind'], line: string): Edit {
  return { kind, line }
}

function groupHunks(edits: readonly Edit[]): Hunk[] {
  const isNear = edits.map((_, index) =>
    edits.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((e) => e.kind !== ' '),
  )
  const hunks: { fromStart: number; toStart: number; edits: Edit[] }[] = []
  let from = 0
  let to = 0
  edits.forEach((current, index) => {
    if (isNear[index]) {
      if (index === 0 || !isNear[index - 1]) hunks.push({ fromStart: from, toStart: to, edits: [] })
      hunks.at(-1)?.edits.push(current)
    }
    if (current.kind !== '+') from += 1
    if (current.kind !== '-') to += 1
  })
  return hunks
}

function hunkHeader(hunk: Hunk): string {
  return `@@ -${range(hunk, '+', hunk.fromStart)} +${range(hunk, '-', hunk.toStart)} @@`
}

/** `start,count`; an empty side names the line before it, as diff tools do. */
function range(hunk: Hunk, without: Edit['kind'], start: number): string {
  const count = hunk.edits.filter((e) => e.kind !== without).length
  return `${count === 0 ? start : start + 1},${count}`
}

function renderEdit(current: Edit): string {
  return current.line.endsWith('\n')
    ? current.kind + current.line.slice(0, -1)
    : `${current.kind}${current.line}\n${NO_NEWLINE}`
}

function parseHunks(diff: string): Hunk[] {
  const hunks: { fromStart: number; toStart: number; edits: Edit[] }[] = []
  for (const line of diff.split('\n').slice(2)) {
    const header = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(line)
    const hunk = hunks.at(-1)
    if (header)
      hunks.push({ fromStart: Number(header[1]) - (header[2] === '0' ? 0 : 1), toStart: Number(header[3]), edits: [] })
    else if (hunk && line === NO_NEWLINE) dropLineEnd(hunk.edits)
    else if (hunk && line !== '') hunk.edits.push({ kind: kindOf(line), line: `${line.slice(1)}\n` })
  }
  return hunks
}

function dropLineEnd(edits: Edit[]): void {
  const last = edits.pop()
  if (last) edits.push({ ...last, line: last.line.slice(0, -1) })
}

function kindOf(line: string): Edit['kind'] {
  const kind = line[0]
  if (kind === ' ' || kind === '-' || kind === '+') return kind
  throw new Error(`not a line of a diff: ${line}`)
}
