import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { describePipeline } from '../deal/describe-pipeline.ts'
import { pipelineFigures } from '../deal/pipeline.ts'
import { tallyAll, tallyDeals, type DealFact } from '../deal/tally.ts'
import type { ModelMessage, ModelRequest, ToolCall, ToolDefinition } from '../model.ts'
import { createPlaybook } from './playbook.ts'
import { SKILLS } from './intents.ts'
import { renderPipeline } from './render-pipeline.ts'

const NOTE = '*No language model is configured; I answered from the playbook.*'
const MARCUS = 'You are Marcus Rodriguez, Sales coach.\n\nTraits: motivational, strategic.'

function tool(name: string, fields: readonly string[]): ToolDefinition {
  return {
    name,
    description: `What ${name} does.`,
    inputSchema: { type: 'object', properties: Object.fromEntries(fields.map((field) => [field, { type: 'string' }])) },
  }
}
const TOOLS = [
  tool('review-pipeline', ['group', 'rep', 'manager', 'product', 'segment', 'stage']),
  tool('coach-deal', ['deal']),
  tool('record-next-step', ['deal', 'nextStep', 'dueOn']),
  tool('assess-health', ['client']),
]

interface Asked {
  readonly messages: readonly ModelMessage[]
  readonly tools?: readonly ToolDefinition[]
  readonly turnInstructions?: string
  readonly stableInstructions?: string
}

async function ask(asked: Asked): Promise<{ text: string; calls: ToolCall[]; ends: string[] }> {
  const request: ModelRequest = {
    model: 'playbook',
    stableInstructions: MARCUS,
    turnInstructions: 'Today is 2026-11-22 (UTC).',
    tools: TOOLS,
    maxOutputTokens: 1000,
    signal: new AbortController().signal,
    ...asked,
  }
  const answer = { text: '', calls: [] as ToolCall[], ends: [] as string[] }
  for await (const chunk of createPlaybook().stream(request)) {
    if (chunk.type === 'text-delta') answer.text += chunk.text
    else if (chunk.type === 'tool-call') answer.calls.push(chunk.call)
    else answer.ends.push(chunk.reason)
  }
  return answer
}

const say = (text: string): ModelMessage => ({ role: 'user', text })
const answered = (text: string): ModelMessage => ({ role: 'assistant', text, toolCalls: [] })
const outcome = (name: string, content: string, ok = true): ModelMessage => ({
  role: 'tool',
  outcomes: [{ callId: 'playbook-1', tool: name, ok, content }],
})

async function inputOf(text: string, turnInstructions = 'Today is 2026-11-22 (UTC).'): Promise<unknown> {
  const { calls } = await ask({ messages: [say(text)], turnInstructions })
  return calls[0] && { [calls[0].tool]: calls[0].input }
}

test('a question becomes one call of its skill with what it says', async () => {
  assert.deepEqual(await inputOf('How is our pipeline by product?'), { 'review-pipeline': { group: 'product' } })
  assert.deepEqual(await inputOf('How many deals are in negotiation?'), { 'review-pipeline': { stage: 'negotiation' } })
  assert.deepEqual(await inputOf('Coach me on the Northgate renewal deal'), {
    'coach-deal': { deal: 'Northgate renewal' },
  })
  assert.deepEqual(await inputOf('How healthy is Acme Corporation?'), {
    'assess-health': { client: 'Acme Corporation' },
  })
  assert.deepEqual(await inputOf('Set the next step on Acme expansion to send the contract on Friday'), {
    'record-next-step': { deal: 'Acme expansion', nextStep: 'send the contract', dueOn: '2026-11-27' },
  })
  const { ends } = await ask({ messages: [say('How is our pipeline?')] })
  assert.deepEqual(ends, ['tool-calls'])
})

test('the questions that Sophia offers beside a record are understood for every name', async () => {
  for (const name of [
    'Boston Music Group - Weather Desk',
    'deal-0042',
    '1C1I7A6R',
    'gtx pro',
    'Forecast & Quota Inc. (Q4)',
  ]) {
    assert.deepEqual(await inputOf(`Coach me on the deal ${name}`), { 'coach-deal': { deal: name } })
  }
  assert.deepEqual(await inputOf('How healthy is Fresh Food Insurance?'), {
    'assess-health': { client: 'Fresh Food Insurance' },
  })
  assert.deepEqual(await inputOf('How is the pipeline of Anna Snelling?'), {
    'review-pipeline': { rep: 'Anna Snelling' },
  })
  assert.deepEqual(await inputOf('How is our pipeline by stage?'), { 'review-pipeline': {} })
  assert.deepEqual(await inputOf('Is the Boston Music Group deal at risk?'), {
    'coach-deal': { deal: 'Boston Music Group' },
  })
})

test('"this deal" is the record at hand', async () => {
  const beside = 'Today is 2026-11-22 (UTC).\nAt hand is the deal with id "deal-0042"; "this deal" means it.'
  assert.deepEqual(await inputOf('what is missing on this deal?', beside), { 'coach-deal': { deal: 'deal-0042' } })
  assert.deepEqual(await inputOf('next step here: call Dana tomorrow', beside), {
    'record-next-step': { deal: 'deal-0042', nextStep: 'call Dana', dueOn: '2026-11-23' },
  })
})

test('what a call lacks is asked for, and the reply completes it', async () => {
  const first = await ask({ messages: [say('Coach me on this deal')] })
  assert.match(first.text, /^Which deal do you mean\?/)
  const second = await ask({ messages: [say('Coach me on this deal'), answered(first.text), say('Northgate renewal')] })
  assert.deepEqual(second.calls[0]?.input, { deal: 'Northgate renewal' })
  const question = 'Set the next step on Oakwood to confirm the budget'
  const day = await ask({ messages: [say(question)] })
  assert.match(day.text, /^By which day\?/)
  const done = await ask({ messages: [say(question), answered(day.text), say('Thursday')] })
  assert.deepEqual(done.calls[0]?.input, { deal: 'Oakwood', nextStep: 'confirm the budget', dueOn: '2026-11-26' })
})

test('a follow-up leans on the exchange before it when that is unambiguous', async () => {
  const after = async (before: string, text: string) =>
    (await ask({ messages: [say(before), answered('Some answer.'), say(text)] })).calls[0]
  assert.deepEqual((await after('How is our pipeline?', 'and by product?'))?.input, { group: 'product' })
  assert.deepEqual((await after('How healthy is Acme Corporation?', 'What about Betatech?'))?.input, {
    client: 'Betatech',
  })
  assert.deepEqual((await after('Coach me on the Oakwood deal', 'why?'))?.input, { deal: 'Oakwood' })
  assert.equal(await after('How is our pipeline?', 'What about Acme?'), undefined)
  assert.equal(await after('How is our pipeline?', 'and the weather?'), undefined)
  assert.equal(await after('Hello', 'why?'), undefined)
})

test('a question without a place gets an honest answer with three that can be answered', async () => {
  const { text, calls } = await ask({ messages: [say('Forecast our revenue for next quarter')] })
  assert.deepEqual(calls, [])
  assert.match(
    text,
    /^I can't answer that without a model\. That would be forecasting a period other than this quarter, and there is no skill for it\./,
  )
  assert.equal(text.match(/^- "/gm)?.length, 3)
  assert.ok(text.endsWith(NOTE))
})

test('a skill that this colleague lacks is not replaced by another', async () => {
  const { text, calls } = await ask({ messages: [say('How healthy is Acme Corporation?')], tools: TOOLS.slice(0, 2) })
  assert.deepEqual(calls, [])
  assert.match(text, /^Reading a client's health is not among my skills\. If Acme Corporation is a client, ask Sarah/)
  assert.match(text, /If Acme Corporation is one of your reps or a deal, ask me/)
})

test("small talk is answered in the persona's name, without a tool", async () => {
  for (const greeting of ['hello', 'Who are you?', 'what can you do?', 'thanks']) {
    const { text, calls, ends } = await ask({ messages: [say(greeting)] })
    assert.deepEqual([calls, ends], [[], ['stop']])
    assert.ok(text.endsWith(NOTE))
  }
  assert.match((await ask({ messages: [say('hi')] })).text, /^Hello\. I am Marcus Rodriguez, sales coach\./)
})

test('an outcome that asks, finds nothing or failed is passed on as it is', async () => {
  const choice = {
    kind: 'choice',
    question: 'Which deal do you mean by "Acme"?',
    candidates: [{ kind: 'deal', id: 'd1', label: 'Acme | one' }],
  }
  const asked = await ask({ messages: [say('Coach me on Acme'), outcome('coach-deal', JSON.stringify(choice))] })
  assert.equal(
    asked.text,
    `Which deal do you mean by "Acme"?\n\n- Acme \\| one (d1)\n\nAnswer with the name or the id.\n\n${NOTE}`,
  )
  const nothing = { kind: 'nothing', reason: 'There is no deal.', remedy: 'Import deals.' }
  const empty = await ask({ messages: [say('x'), outcome('coach-deal', JSON.stringify(nothing))] })
  assert.equal(empty.text, `There is no deal.\n\nImport deals.\n\n${NOTE}`)
  const failed = await ask({
    messages: [
      say('x'),
      outcome('record-next-step', '{"error":{"code":"APPROVAL_EXPIRED","detail":"Nobody approved."}}', false),
    ],
  })
  assert.equal(failed.text, `That did not work: Nobody approved.\n\n${NOTE}`)
})

test('a pipeline review reads as headline, table, what is missing, how sure, and one next step', async () => {
  const fact = (part: Partial<DealFact>): DealFact => ({
    key: 'anna',
    label: 'Anna *Snelling*',
    status: 'open',
    clientId: 'c1',
    valueMicros: 10_000_000_000,
    currency: 'USD',
    isEstimated: false,
    createdOn: '2026-10-01',
    closedOn: null,
    ...part,
  })
  const won = Array.from({ length: 12 }, () => fact({ status: 'won', createdOn: '2026-01-01', closedOn: '2026-02-10' }))
  const facts = [
    fact({}),
    fact({ valueMicros: null }),
    fact({ isEstimated: true }),
    ...won,
    fact({ status: 'lost', closedOn: '2026-03-01' }),
  ]
  const terms = { asOf: '2026-11-22', currency: 'USD', limits: { p75Days: 40, p90Days: 40 } }
  const open = tallyDeals(
    facts.filter((one) => one.status === 'open').map((one) => ({ ...one, key: 'proposal', label: 'proposal' })),
    terms,
  )
  const figures = pipelineFigures({
    filters: [],
    currency: 'USD',
    all: tallyAll(facts, terms),
    stages: open,
    groups: { by: 'rep', tallies: tallyDeals(facts, terms) },
    limits: terms.limits,
    oldest: [
      {
        deal: { kind: 'deal', id: 'd1', label: 'Acme [x](http://evil)' },
        ageDays: 52,
        stage: 'proposal',
        repName: null,
        clientName: 'Acme',
      },
    ],
  })
  const result = describePipeline(figures, {
    asOf: '2026-11-22',
    otherCurrencyDeals: 0,
    usesIndustry: false,
    oldestDealName: 'Acme',
  })
  const { text } = await ask({
    messages: [say('How is our pipeline?'), outcome('review-pipeline', JSON.stringify({ kind: 'result', result }))],
  })
  const lines = text.split('\n')
  for (const wanted of [
    '- **Win rate:** 92 % (12 won of 13 decided; likely between 67 % and 99 %)',
    '- **Days to win:** half within 40 days, three in four within 40 days (12 won deals)',
    '| Rep | Open deals | Open value | Win rate | Median days to win |',
    '| Anna \\*Snelling\\* | 3 | $20K (1 estimated from list price, 1 without value) | 92 % of 13 (few) | 40 days |',
    '**What is missing or estimated**',
    NOTE,
  ]) {
    assert.ok(lines.includes(wanted), `${wanted}\n---\n${text}`)
  }
  assert.match(text, /^\*\*Your move:\*\* /m)
  assert.match(text, /The data speaks for 22 Nov 2026\./)
  const whole = renderPipeline({ ...figures, groups: null }).split('\n')
  for (const wanted of [
    '| Stage | Open deals | Value |',
    '| Proposal | 3 | $20K (1 estimated from list price, 1 without value) |',
    '- Acme \\[x\\](http://evil): 52 days old (proposal)',
  ]) {
    assert.ok(whole.includes(wanted), `${wanted}\n---\n${whole.join('\n')}`)
  }
})

test('whatever is said and whatever a tool gives back, it answers, ends once and calls only what was offered', async () => {
  const json = fc.oneof(
    fc.json(),
    fc.string(),
    fc.object().map((figures) => JSON.stringify({ kind: 'result', result: { skill: 'coach-deal', figures } })),
  )
  const message = fc.oneof(
    fc.string().map(say),
    fc.constantFrom('How is our pipeline?', 'coach me on Acme', 'why?', 'and by rep?', 'next step for X: y').map(say),
    fc.string().map(answered),
    fc
      .tuple(fc.constantFrom(...SKILLS, 'other'), json, fc.boolean())
      .map(([name, content, ok]) => outcome(name, content, ok)),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { maxLength: 5 }),
      fc.subarray(TOOLS),
      fc.string(),
      async (messages, tools, turnInstructions) => {
        const { text, calls, ends } = await ask({
          messages,
          tools,
          turnInstructions: `At hand is the deal with id "${turnInstructions}"`,
        })
        assert.equal(ends.length, 1)
        assert.ok(calls.every((call) => tools.some((offered) => offered.name === call.tool)))
        assert.equal(calls.length === 0, text.endsWith(NOTE))
      },
    ),
    { numRuns: 800 },
  )
})

test('a cancelled request stops', async () => {
  const signal = AbortSignal.abort()
  const request = {
    model: 'playbook',
    stableInstructions: '',
    turnInstructions: '',
    tools: [],
    maxOutputTokens: 1,
    signal,
    messages: [say('hi')],
  }
  await assert.rejects(Array.fromAsync(createPlaybook().stream(request)), { code: 'TURN_CANCELLED' })
})
