import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PlacedTurnEvent, TurnEvent } from '#contract/turn-events.ts'
import { ApiProblem } from './api-problem.ts'
import { readTurn, type OpenTurnEvents, type Reading } from './turn-stream.ts'

const TURN = '01938f00-0000-7000-8000-000000000001'
const END: TurnEvent = {
  type: 'turn-end',
  status: 'complete',
  messageId: TURN,
  usage: { input: 0, cachedInput: 0, output: 0 },
  cost: { amountMicros: 0, currency: 'USD' },
  cache: 'miss',
}

function placed(attempt: number, n: number, event: TurnEvent): PlacedTurnEvent {
  return { turnId: TURN, attempt, n, event }
}

function journalOf(attempt: number, words: readonly string[]): PlacedTurnEvent[] {
  const events: TurnEvent[] = [...words.map((text): TurnEvent => ({ type: 'text-delta', text })), END]
  return events.map((event, index) => placed(attempt, index + 1, event))
}

/** A server that gives what comes after a place and loses the line after so many events of each connection. */
function lossyServer(journal: readonly PlacedTurnEvent[], cuts: readonly number[]) {
  const asked: (string | undefined)[] = []
  const open: OpenTurnEvents = async function* (_turnId, after) {
    const cut = cuts[asked.length] ?? Infinity
    asked.push(after)
    const start = after === undefined ? 0 : journal.findIndex((one) => `${one.attempt}.${one.n}` === after) + 1
    for (const [index, one] of journal.slice(start).entries()) {
      if (index >= cut) throw new TypeError('network error')
      yield one
    }
  }
  return { open, asked }
}

async function readAll(open: OpenTurnEvents) {
  const readings: Reading[] = []
  const waits: number[] = []
  const stop = new AbortController()
  await readTurn({
    turnId: TURN,
    open,
    signal: stop.signal,
    wait: async (ms) => void waits.push(ms),
    onReading: (reading) => readings.push(reading),
  })
  return { readings, waits, last: readings.at(-1) }
}

test('whatever the line loses, the text is the whole text once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ minLength: 1 }), { maxLength: 20 }),
      fc.array(fc.nat(4), { maxLength: 30 }),
      async (words, cuts) => {
        const server = lossyServer(journalOf(1, words), cuts)
        const { last } = await readAll(server.open)
        assert.equal(last?.state, 'ended')
        assert.equal(last?.turn.text, words.join(''))
      },
    ),
  )
})

test('a reconnect asks for what follows the last event taken', async () => {
  const server = lossyServer(journalOf(1, ['a', 'b', 'c']), [2, 1])
  await readAll(server.open)
  assert.deepEqual(server.asked, [undefined, '1.2', '1.3'])
})

test('a gap is asked for again instead of bridged', async () => {
  const journal = journalOf(1, ['a', 'b', 'c'])
  let connections = 0
  const open: OpenTurnEvents = async function* (_turnId, after) {
    connections += 1
    const rest = journal.slice(after === undefined ? 0 : Number(after.split('.')[1]))
    yield* connections === 1 ? rest.filter((one) => one.n !== 2) : rest
  }
  const { last } = await readAll(open)
  assert.equal(last?.turn.text, 'abc')
  assert.equal(connections, 2)
})

test('a new attempt starts the answer afresh', async () => {
  const open: OpenTurnEvents = async function* () {
    yield placed(1, 1, { type: 'text-delta', text: 'half' })
    yield* journalOf(2, ['whole'])
  }
  const { last } = await readAll(open)
  assert.equal(last?.turn.text, 'whole')
})

test('an error that closes the stream ends the turn; one that a new attempt follows does not', async () => {
  const fault: TurnEvent = { type: 'turn-error', code: 'MODEL_TIMEOUT', detail: 'late', retryable: true }
  const closed = await readAll(async function* () {
    yield placed(1, 1, fault)
  })
  assert.equal(closed.last?.state, 'ended')
  assert.equal(closed.last?.turn.error?.code, 'MODEL_TIMEOUT')
  const retried = await readAll(async function* () {
    yield placed(1, 1, fault)
    yield* journalOf(2, ['good'])
  })
  assert.equal(retried.last?.turn.text, 'good')
  assert.equal(retried.last?.turn.error, null)
})

test('events that are gone end the reading, so that the stored message is shown', async () => {
  const { last } = await readAll(() => {
    throw new ApiProblem({ status: 410, code: 'JOURNAL_EXPIRED', detail: '', correlationId: '' })
  })
  assert.equal(last?.state, 'expired')
})

test('waits grow while nothing comes and are short again after progress', async () => {
  const { waits } = await readAll(lossyServer(journalOf(1, ['a']), [0, 0, 0, 1, 0]).open)
  assert.deepEqual(waits, [500, 1000, 2000, 250, 500])
})

test('nothing is read after the page has gone', async () => {
  const stop = new AbortController()
  const readings: Reading[] = []
  const open: OpenTurnEvents = async function* () {
    yield* journalOf(1, ['a']).slice(0, 1)
    stop.abort()
  }
  await readTurn({
    turnId: TURN,
    open,
    signal: stop.signal,
    wait: async () => assert.fail('waited'),
    onReading: (reading) => readings.push(reading),
  })
  assert.deepEqual(
    readings.map((reading) => reading.state),
    ['connecting', 'live'],
  )
})
