import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HealthFigures } from '../client/health.ts'
import type { DealRiskFigures } from '../deal/risk.ts'
import type { SkillResult } from '../skill.ts'
import { renderOutcome } from './render-outcome.ts'
import type { Voice } from './voice.ts'

const SARAH: Voice = { name: 'Dr. Sarah Chen', role: 'Client health strategist', tone: 'caring' }
const PLAIN: Voice = { name: '', role: '', tone: 'plain' }

function render(result: SkillResult, voice: Voice): string {
  return renderOutcome(
    { callId: 'c', tool: result.skill, ok: true, content: JSON.stringify({ kind: 'result', result }) },
    voice,
  )
}

test('a coached deal shows its risks with remedies, what is not known, and like deals', () => {
  const figures: DealRiskFigures = {
    deal: {
      id: 'd1',
      name: 'Northgate renewal',
      stage: 'proposal',
      status: 'open',
      clientName: 'Northgate',
      repName: 'Anna Snelling',
      productName: null,
      value: { amount: { amountMicros: 48_300_000_000, currency: 'USD' }, rows: 1, estimatedRows: 1, unvaluedRows: 0 },
      ageDays: 121,
      lastActivityOn: '2026-10-01',
      nextStep: 'Send pricing',
      nextStepOn: '2026-11-30',
    },
    level: 'high',
    score: 0.41,
    knownWeight: 0.62,
    ages: { ageDays: 121, stageDays: null, won: null, wonInStage: null },
    calibration: null,
    signals: [
      {
        name: 'champion',
        label: 'Champion',
        state: 'risk',
        severity: 'high',
        weight: 0.14,
        detail: 'The champion left on 2026-10-02.',
        remedy: 'Win a new champion.',
        evidence: [],
      },
      {
        name: 'timeline',
        label: 'Timeline',
        state: 'unknown',
        severity: 'low',
        weight: 0.08,
        detail: '',
        remedy: 'Ask when they need it live.',
        evidence: [],
      },
      {
        name: 'next_step',
        label: 'Next step',
        state: 'ok',
        severity: 'low',
        weight: 0.1,
        detail: 'Set.',
        remedy: '',
        evidence: [],
      },
    ],
    winProbability: { value: 0.58, low: 0.49, high: 0.66, n: 130, basis: 'all decided deals' },
  }
  const text = render(
    {
      skill: 'coach-deal',
      asOf: '2026-11-22',
      headline: 'Northgate renewal is at high risk.',
      coverage: { present: ['a'], missing: [{ input: 'timeline', remedy: 'Ask when they need it live.' }] },
      confidence: { level: 'medium', value: 0.62, reason: '7 of 12 inputs' },
      caveats: [],
      evidence: [{ kind: 'deal', id: 'd1', label: 'Northgate renewal' }],
      nextStep: { text: 'Call the buyer.' },
      figures,
    },
    PLAIN,
  )
  assert.equal(
    text,
    `**Northgate renewal is at high risk.**

- **Deal:** proposal, owner Anna Snelling, 121 days old; value $48.3K (estimated from list price)
- **Next step on record:** Send pricing, due 30 Nov 2026
- **Risk:** high, 41 % of the weight speaks against it; the records cover 62 % of what I look at
- **Deals like it:** 58 % were won, likely 49 % to 66 % (130 decided, all decided deals)

**What puts it at risk**

- **Champion** (high): The champion left on 2 Oct 2026. Win a new champion.

**What the records do not say**

- Timeline: Ask when they need it live.

In order: next step.

I am fairly, not fully, confident in this (7 of 12 inputs; 62 %). It rests on 1 deal. The data speaks for 22 Nov 2026.

**Next step:** Call the buyer.`,
  )
})

test('client health shows the five views, an absent one as no data, and what moves the score', () => {
  const figures: HealthFigures = {
    client: {
      id: 'c1',
      name: 'Acme',
      segment: null,
      ownerName: null,
      csmName: null,
      arr: { amountMicros: 120_000_000_000, currency: 'USD' },
      renewalOn: '2026-12-22',
      renewalInDays: 30,
    },
    score: 61.25,
    band: 'at_risk',
    components: [
      {
        name: 'usage',
        label: 'Usage',
        score: 48.4,
        baseWeight: 0.3,
        weight: 0.6,
        inputs: [
          {
            name: 'seats',
            label: 'Seats used',
            value: '62 % of 120 seats',
            score: 62,
            weight: 1,
            formula: '',
            remedy: '',
            evidence: [],
          },
        ],
      },
      { name: 'engagement', label: 'Engagement', score: null, baseWeight: 0.25, weight: 0, inputs: [] },
    ],
    drivers: [{ direction: 'down', component: 'usage', text: 'Active users fell', points: -7.5, evidence: [] }],
    trend30: { days: 30, mean: 62.04, meanBefore: 80, change: -0.2245 },
    trend90: null,
    scoreTrend30: { days: 30, score: 61.2, scoreBefore: 70, change: -8.8, isLikeForLike: true },
    scoreTrend90: null,
    remembered: [],
  }
  const text = render(
    {
      skill: 'assess-health',
      asOf: '2026-11-22',
      headline: 'Acme is at risk.',
      coverage: { present: [], missing: [] },
      confidence: { level: 'low', value: 0.3, reason: '' },
      caveats: ['No engagement rows.'],
      evidence: [],
      nextStep: null,
      figures,
    },
    SARAH,
  )
  assert.equal(
    text,
    `Here is how they are doing, as far as their rows can tell us.

**Acme is at risk.**

- **Health:** 61 of 100, at risk
- **Score, 30 days:** down 8.8 points (it was 70.0)
- **Pays a year:** $120K
- **Renewal:** 22 Dec 2026 (in 30 days)
- **Active users, 30 days:** down 22 % (80.0 to 62.0 a day)

| View | Score | Weight | Rests on |
| --- | ---: | ---: | --- |
| Usage | 48 | 60 % | Seats used: 62 % of 120 seats |
| Engagement | no data | 0 % | – |

**What moves it most**

- Active users fell (−7.5 points)

**What is missing or estimated**

- No engagement rows.

Take this with caution (30 %). The data speaks for 22 Nov 2026.`,
  )
})
