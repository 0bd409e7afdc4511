import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TraceStep, TurnTrace } from '#contract/traces.ts'
import { countQuickStatements, largestPart, preciseWords, traceRows } from './trace-rows.ts'

function step(
  [kind, name, parent]: readonly [TraceStep['kind'], string, number | null],
  [startMs, durationMs]: readonly [number, number],
  more: Partial<TraceStep> = {},
): TraceStep {
  return { kind, name, parent, startMs, durationMs, failure: null, attributes: {}, ...more }
}

const TRACE: TurnTrace = {
  turnId: '0197c6a0-0000-7000-8000-000000000000',
  state: 'kept',
  traceId: 'a'.repeat(32),
  acceptedAt: '2026-11-29T10:00:00.000Z',
  totalMs: 10_000,
  firstWordMs: 2400,
  attempt: 1,
  leftOut: 0,
  steps: [
    step(['turn', 'invoke_agent marcus', null], [0, 10_000]),
    step(['queue', 'wait in the queue', 0], [0, 500]),
    step(['round', 'model round 1', 0], [600, 9000]),
    step(['model', 'chat gpt-5', 2], [650, 8800], {
      attributes: {
        'sophia.first_chunk_ms': 1750,
        'gen_ai.usage.output_tokens': 420,
        'gen_ai.provider.name': 'openai',
      },
    }),
    step(['sql', 'INSERT usage_entries', 2], [9500, 4]),
    step(['sql', 'UPDATE conversations', 0], [9100, 625]),
    step(['tool', 'execute_tool review-pipeline', 0], [9750, 100], { failure: 'TOOL_FAILED' }),
    step(['mcp', 'tools/call search', 6], [9760, 50], { attributes: { 'sophia.mcp.server': 'crm' } }),
  ],
}

test('steps are told in plain words, with what is known of them, indented under what they are part of', () => {
  assert.deepEqual(
    traceRows(TRACE, false).map(({ label, depth, note, took }) => [label, depth, note, took]),
    [
      ['The whole answer', 0, null, '10.0 s'],
      ['Waited for its turn', 1, null, '500 ms'],
      ['Round 1 with the model', 1, null, '9.0 s'],
      ['The model gpt-5 worked', 2, 'first sign after 1.8 s · 420 tokens written', '8.8 s'],
      ['Database: UPDATE conversations', 1, null, '625 ms'],
      ['Review pipeline', 1, 'failed: TOOL_FAILED', '100 ms'],
      ['The connection crm ran search', 2, null, '50 ms'],
    ],
  )
  assert.equal(countQuickStatements(TRACE), 1)
  const all = traceRows(TRACE, true)
  assert.deepEqual([all.length, all[4]?.label, all[4]?.depth], [8, 'Database: INSERT usage_entries', 2])
})

test('a bar lies where its step lies, and never beyond the whole', () => {
  const rows = traceRows({ ...TRACE, totalMs: 9800 }, true)
  for (const { from, share } of rows) assert.ok(from >= 0 && share >= 0 && from + share <= 1.000_001)
  const model = rows.find(({ kind }) => kind === 'model')
  assert.ok(model && Math.abs(model.from - 650 / 9800) < 1e-9)
  assert.deepEqual(traceRows({ ...TRACE, totalMs: null, steps: [] }, true), [])
})

test('most of the time is put down to the steps themselves, not to what they are made of', () => {
  assert.deepEqual(largestPart(TRACE), { words: 'the model', ms: 8800 })
  assert.equal(largestPart({ ...TRACE, steps: [] }), null)
})

test('what ran side by side is counted once, as the clock did', () => {
  const steps = [
    step(['turn', 'invoke_agent marcus', null], [0, 1000]),
    step(['model', 'chat gpt-5', 0], [0, 450]),
    step(['tool', 'execute_tool review-pipeline', 0], [450, 400]),
    step(['sql', 'SELECT deals', 2], [450, 300]),
    step(['sql', 'SELECT reps', 2], [500, 300]),
  ]
  assert.deepEqual(largestPart({ ...TRACE, totalMs: 1000, steps }), { words: 'the model', ms: 450 })
  assert.deepEqual(
    largestPart({
      ...TRACE,
      steps: steps.filter(({ kind }) => kind === 'sql').map((one) => ({ ...one, parent: null })),
    }),
    {
      words: 'the database',
      ms: 350,
    },
  )
})

test('times are as precise as comparing steps needs', () => {
  assert.deepEqual([0.44, 9.96, 340.4, 2100, 59_990, 125_000].map(preciseWords), [
    '0.4 ms',
    '10 ms',
    '340 ms',
    '2.1 s',
    '60.0 s',
    '2 min 5 s',
  ])
})
