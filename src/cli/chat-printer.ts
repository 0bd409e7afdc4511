import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { formatMoney } from '#domain/money.ts'
import { withoutControls } from '#platform/log/without-controls.ts'

export interface ChatPrinter {
  print(placed: PlacedTurnEvent): void
}

interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

const SHOWN_SOURCES = 8

/** Each event as one JSON line. */
export function createJsonPrinter(output: Output): ChatPrinter {
  return { print: (placed) => void output.write(`${JSON.stringify(placed)}\n`) }
}

/** The text as it comes; what surrounds it dimmed: tools, sources, cost. */
export function createTextPrinter(output: Output): ChatPrinter {
  const sources: string[] = []
  let isAtLineStart = true
  const dim = (text: string): string => (output.isTTY ? `\u001B[2m${text}\u001B[22m` : text)

  function say(text: string): void {
    if (text === '') return
    output.write(text)
    isAtLineStart = text.endsWith('\n')
  }

  function aside(text: string): void {
    say(`${isAtLineStart ? '' : '\n'}${dim(text)}\n`)
  }

  return {
    print({ event }) {
      if ('callId' in event) {
        const line = callLine(event)
        if (line !== null) aside(`· ${line}`)
        return
      }
      switch (event.type) {
        case 'text-delta':
          return say(withoutControls(event.text))
        case 'source':
          return void sources.push(withoutControls(event.label))
        case 'turn-restart':
          sources.length = 0
          return aside('· the answer starts afresh')
        case 'turn-error':
          return aside(`· ${event.detail} (${event.code})`)
        case 'turn-end': {
          if (sources.length > 0) aside(`Sources: ${sourcesLine(sources)}`)
          return aside(endLine(event))
        }
        case 'turn-start':
      }
    },
  }
}

/** What is said of a call; null for what is asked of the person, which the command does. */
function callLine(event: Extract<PlacedTurnEvent['event'], { readonly callId: string }>): string | null {
  switch (event.type) {
    case 'tool-call':
      return `${withoutControls(event.tool)} ...`
    case 'tool-progress':
      return progressLine(event)
    case 'tool-result':
      return `${event.ok ? '' : 'failed: '}${withoutControls(event.summary)}`
    case 'question-answered':
      return `the question was ${event.action}`
    case 'question-asked':
    case 'approval-needed':
      return null
  }
}

function progressLine({
  progress,
  total,
  message,
}: Extract<PlacedTurnEvent['event'], { type: 'tool-progress' }>): string {
  const far = total === null ? String(progress) : `${progress} of ${total}`
  return message === null ? far : `${withoutControls(message)} (${far})`
}

function sourcesLine(sources: readonly string[]): string {
  const rest = sources.length - SHOWN_SOURCES
  return sources.slice(0, SHOWN_SOURCES).join(' · ') + (rest > 0 ? ` and ${rest} more` : '')
}

function endLine(event: Extract<PlacedTurnEvent['event'], { type: 'turn-end' }>): string {
  const { amountMicros, currency } = event.cost
  const cost = amountMicros === null ? 'price not known' : formatMoney({ amountMicros, currency })
  const tokens = event.usage.input + event.usage.output
  const status = event.status === 'complete' ? '' : `${event.status} · `
  return `${status}${tokens} tokens · ${cost}`
}
