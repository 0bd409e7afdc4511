/** One line of server-sent events, from when it is opened until it is lost. */
export interface EventLine {
  close(): void
}
interface LineEnds {
  readonly onOpen: () => void
  readonly onData: (data: string) => void
  readonly onLost: () => void
}

export interface EventSourceOf<Event> {
  readonly open: (ends: LineEnds) => EventLine
  /** Throws for what is no such event. */
  readonly parse: (data: unknown) => Event
  readonly onEvent: (event: Event) => void
  /** true when events arrive, false from when the line is lost. */
  readonly onLine: (isUp: boolean) => void
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000

/** Keeps a line open until the signal aborts; each failure in a row doubles the time before the next try. */
export async function followEvents<Event>(stream: EventSourceOf<Event>, signal: AbortSignal): Promise<void> {
  let failures = 0
  while (!signal.aborted) {
    // One line after the other: the next is opened only when this one is lost.
    // oxlint-disable-next-line no-await-in-loop
    await holdLine(stream, signal, () => {
      failures = 0
    })
    if (signal.aborted) return
    stream.onLine(false)
    // oxlint-disable-next-line no-await-in-loop
    await stream.wait(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures), signal)
    failures += 1
  }
}

function holdLine<Event>(stream: EventSourceOf<Event>, signal: AbortSignal, onUp: () => void): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      line.close()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const line = stream.open({
      onOpen: () => {
        onUp()
        stream.onLine(true)
      },
      onData: (data) => {
        const event = readEvent(stream, data)
        if (event) stream.onEvent(event)
      },
      onLost: end,
    })
    signal.addEventListener('abort', end)
  })
}

function readEvent<Event>({ parse }: EventSourceOf<Event>, data: string): Event | null {
  try {
    return parse(JSON.parse(data))
  } catch {
    // An event of a newer Sophia: what it tells is seen at the next look.
    return null
  }
}

/** A line to this address, on which events of these types come. */
export function openEvents(path: string, types: readonly string[]): EventSourceOf<unknown>['open'] {
  return ({ onOpen, onData, onLost }) => {
    const source = new EventSource(path)
    source.addEventListener('open', onOpen)
    source.addEventListener('error', onLost)
    for (const type of types)
      source.addEventListener(type, (event: MessageEvent<unknown>) => onData(String(event.data)))
    return { close: () => source.close() }
  }
}

/** Runs at once, then at most once in each span of time; what came meanwhile runs once at its end. */
export function createThrottle(spanMs: number, run: () => void): { ask: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAsked = false
  const settle = (): void => {
    timer = undefined
    if (isAsked) start()
  }
  const start = (): void => {
    isAsked = false
    timer = setTimeout(settle, spanMs)
    run()
  }
  return {
    ask: () => {
      if (timer === undefined) start()
      else isAsked = true
    },
    stop: () => {
      clearTimeout(timer)
      timer = undefined
      isAsked = false
    },
  }
}
