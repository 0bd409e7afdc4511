export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed' | 'place'
  readonly text: string
}

/** Lines of a unified diff without the file headers. */
export function readDiff(diff: string): DiffLine[] {
  return diff
    .split('\n')
    .filter((line, index, all) => !/^(---|\+\+\+) /.test(line) && !(line === '' && index === all.length - 1))
    .map(readLine)
}

function readLine(line: string): DiffLine {
  if (line.startsWith('@@')) return { kind: 'place', text: line }
  if (line.startsWith('+')) return { kind: 'added', text: line.slice(1) }
  if (line.startsWith('-')) return { kind: 'removed', text: line.slice(1) }
  return { kind: 'same', text: line.replace(/^ /, '') }
}
