import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SAMPLE_STORIES } from '../sample/stories.ts'
import { SKILLS } from './intents.ts'
import { placeQuestion } from './place-question.ts'
import { EXAMPLES } from './small-answers.ts'

test('every example that is offered is placed on its own skill', () => {
  for (const skill of SKILLS) {
    const { plain, atHand } = EXAMPLES[skill]
    for (const text of plain) {
      const placed = placeQuestion(text.replace(/<[^>]+>/, 'Northgate'), null)
      assert.equal(placed.kind === 'skill' && placed.skill, skill, text)
    }
    const beside = atHand && placeQuestion(atHand.text, { kind: atHand.kind, id: 'x' })
    if (beside) assert.equal(beside.kind === 'skill' && beside.skill, skill, atHand.text)
  }
})

/** What the question of each planted story is placed on. */
const SKILL_OF_STORY: Readonly<Record<string, string>> = {
  'What is the risk in the Alder Point deal?': 'coach-deal',
  'Why is the Kestrel Bay deal stuck?': 'coach-deal',
  'Will the Northlake deal close this time?': 'coach-deal',
  'How safe is our biggest deal?': 'coach-deal',
  'What changed in the Graywater deal?': 'coach-deal',
  'What did we promise in the Tamarack Row call?': 'review-call',
  'How is Tobias Marchetta doing?': 'assess-health',
  "Which of Lachlan Dornfeld's deals are missing a value?": 'review-pipeline',
  'What is the performance of Priya Harrowgate?': 'review-performance',
  'Which payments are stuck?': 'review-portfolio',
  'Which renewal worries you most?': 'forecast-renewals',
  'Who is paying us later and later?': 'review-portfolio',
  'Whom have we not spoken with for too long?': 'review-portfolio',
  'Where does support go wrong?': 'review-portfolio',
  'Which client is ready to grow with us?': 'review-portfolio',
}

test('the question of each planted story goes to the skill that answers it', () => {
  for (const { question } of SAMPLE_STORIES) {
    const placed = placeQuestion(question, null)
    const skill = placed.kind === 'skill' ? placed.skill : null
    assert.equal(skill, SKILL_OF_STORY[question], question)
  }
})
