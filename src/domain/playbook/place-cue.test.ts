import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeQuestion } from './place-question.ts'
import type { RecordAtHand } from './reading.ts'

const DEAL: RecordAtHand = { kind: 'deal', id: 'deal-1' }
const CLIENT: RecordAtHand = { kind: 'client', id: 'client-1' }

function placed(text: string, record: RecordAtHand | null = null): unknown {
  const placement = placeQuestion(text, record)
  return placement.kind === 'skill' ? [placement.skill, placement.slots] : placement.kind
}

test('a question in few words and no order gives its skill, the whole name, and the spans it names', () => {
  const expected: Readonly<Record<string, unknown>> = {
    'ive got rosa from kettlewell properties at 3, what should i know': [
      'prepare-meeting',
      { name: 'kettlewell properties' },
    ],
    'what did they object to on the last larkfield call': ['review-call', { name: 'larkfield' }],
    'can u do the follow up for Dunmore Lettings, mention the price list': [
      'draft-follow-up',
      { name: 'Dunmore Lettings', given: { note: 'mention the price list' } },
    ],
    'Quayside Towers follow up note please': ['draft-follow-up', { name: 'Quayside Towers' }],
    'hows my quarter looking': ['review-performance', {}],
    'what would move the needle for ines': ['plan-skills', { name: 'ines' }],
    'are we going to keep Juniper Place': ['predict-churn', { name: 'Juniper Place' }],
    'how can we turn whitmore group around': ['plan-intervention', { name: 'whitmore group' }],
    'write up a 1 year success plan for harrowgate flats': [
      'plan-success',
      { name: 'harrowgate flats', given: { timeline: 'year' } },
    ],
    'i need talking points for the Maple Row QBR': ['prepare-qbr', { name: 'Maple Row' }],
    'which smb clients are slipping': ['review-portfolio', { given: { segment: 'smb' } }],
    "how healthy is Priya's book of business": ['review-portfolio', { given: { csm: 'Priya' } }],
    'priyas renewals for the next 60 days': ['forecast-renewals', { given: { csm: 'priya', months: 2 } }],
    'how much of the pipeline sits in the top 3 deals': ['review-pipeline', { given: { focus: 'concentration' } }],
  }
  const found = Object.fromEntries(Object.keys(expected).map((text) => [text, placed(text)]))
  assert.deepEqual(found, expected)
})

test('without a name the record at hand is meant, when it is of the right kind', () => {
  assert.deepEqual(placed('seeing them at 2, what should i ask', DEAL), ['prepare-meeting', {}])
  assert.deepEqual(placed('what can i do to keep them', CLIENT), ['plan-intervention', {}])
  assert.equal(placed('what can i do to keep them'), 'unplaced')
  assert.equal(placed('seeing them at 2, what should i ask'), 'unplaced')
})

test('a word too many, another time, or a thing in the name’s place leaves it unplaced', () => {
  const elsewhere = [
    'how was the call with my mom',
    'my plant is unhappy, what now',
    'will my girlfriend leave me',
    'coaching plan for my kids soccer team',
    'roadmap for learning python',
    'is the ceo leaving',
    'feedback on the Larkfield call and the weather',
    'renewals over the next 48 months',
    'how much arr renewed in q2 2021',
    'write a follow up email to my landlord',
  ]
  assert.deepEqual(
    elsewhere.filter((text) => placed(text) !== 'unplaced'),
    [],
  )
})
