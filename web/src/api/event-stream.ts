/** One message of a `text/event-stream`. */
export interface StreamMessage {
  readonly id: string
  readonly event: string
  readonly data: string
}

/**
 * Cuts a `text/event-stream` into messages (WHATWG HTML 9.2.6): any line ending, comments skipped, a message ends at an
 * empty line. What is left unfinished at the end of the stream is dropped, as the standard says.
 */
export function createStreamParser(): (chunk: string) => StreamMessage[] {
  let rest = ''
  let lines: string[] = []
  return (chunk) => {
    const found: StreamMessage[] = []
    rest += chunk
    // A CR at the very end may be half of CRLF: wait for what follows.
    const usable = rest.endsWith('\r') ? rest.slice(0, -1) : rest
    const pieces = usable.split(/\r\n|\r|\n/)
    rest = (pieces.pop() ?? '') + rest.slice(usable.length)
    for (const line of pieces) {
      if (line !== '') lines.push(line)
      else {
        const message = messageOf(lines)
        lines = []
        if (message) found.push(message)
      }
    }
    return found
  }
}

function messageOf(lines: readonly string[]): StreamMessage | null {
  let id = ''
  let event = 'message'
  const data: string[] = []
  for (const line of lines) {
    const [, name, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
    if (name === 'data') data.push(value)
    else if (name === 'id') id = value
    else if (name === 'event') event = value
  }
  return data.length === 0 ? null : { id, event, data: data.join('\n') }
}
