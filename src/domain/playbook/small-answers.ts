import type { ToolDefinition } from '../model.ts'
import type { PlaybookSkill } from './intents.ts'
import { blocks, bullets } from './markdown.ts'
import type { TalkKind } from './place-talk.ts'
import type { RecordAtHand } from './reading.ts'
import type { Voice } from './voice.ts'

/** Each is placed on its skill by the playbook itself; a test holds that. */
export const EXAMPLES: Readonly<
  Record<
    PlaybookSkill,
    { readonly plain: readonly string[]; readonly atHand?: { kind: RecordAtHand['kind']; text: string } }
  >
> = {
  'review-pipeline': {
    plain: ['How is our pipeline?', 'What is our win rate by product?', 'Which open deals are older than usual?'],
  },
  'coach-deal': {
    plain: ['Coach me on the <name> deal'],
    atHand: { kind: 'deal', text: 'What is missing on this deal?' },
  },
  'record-next-step': {
    plain: ['Set the next step on <name> to call the buyer on Friday'],
    atHand: { kind: 'deal', text: 'Set the next step here: call the buyer on Friday' },
  },
  'assess-health': {
    plain: [
      'How healthy is <client name>?',
      'What are the warning signs at <client name>?',
      'How is <client name> using the product?',
    ],
    atHand: { kind: 'client', text: 'How healthy is this client?' },
  },
  'prepare-meeting': {
    plain: ['Prepare me for my meeting with <name>'],
    atHand: { kind: 'deal', text: 'Prepare me for the meeting with this client' },
  },
  'review-call': {
    plain: ['Review my last call with <name>'],
    atHand: { kind: 'deal', text: 'Review the last call' },
  },
  'draft-follow-up': {
    plain: ['Draft a follow-up to <name>'],
    atHand: { kind: 'deal', text: 'Draft a follow-up' },
  },
  'handle-objection': { plain: ['The buyer says "we have no budget". What do I answer?'] },
  'review-performance': { plain: ['How is <rep name> performing?'] },
  'plan-skills': { plain: ['What should <rep name> work on?'] },
  'predict-churn': {
    plain: ['How likely is <client name> to leave?'],
    atHand: { kind: 'client', text: 'How likely is this client to leave?' },
  },
  'plan-intervention': {
    plain: ['What should we do about <client name>?'],
    atHand: { kind: 'client', text: 'What should we do about this client?' },
  },
  'plan-success': {
    plain: ['Make a success plan for <client name>'],
    atHand: { kind: 'client', text: 'Make a success plan for this client' },
  },
  'prepare-qbr': {
    plain: ['Prepare the QBR for <client name>'],
    atHand: { kind: 'client', text: 'Prepare the QBR' },
  },
  'review-portfolio': {
    plain: ['How are our clients doing?', 'Which clients are at risk?', 'Who is paying us later and later?'],
  },
  'forecast-renewals': { plain: ['Which renewals are coming up?'] },
}
const ABILITIES: Readonly<Record<PlaybookSkill, string>> = {
  'review-pipeline':
    '**Review the pipeline:** open deals and their value, win rate, days to win, and which deals have grown old; for everyone, or for one rep, team, product, segment or stage.',
  'coach-deal': '**Coach a deal:** what puts it at risk, what the records do not say, and the next move.',
  'record-next-step': '**Write down a next step** of a deal with its day. I ask you before I write.',
  'assess-health':
    "**Read a client's health:** usage, engagement, support, payments and relationship, what drives it and where it is heading.",
  'prepare-meeting':
    '**Prepare a meeting:** one page on people, history, open commitments, risks, and three questions to ask.',
  'review-call':
    '**Review a call:** talk share, questions, objections, commitments with their dates, and what was not covered, each with the line.',
  'draft-follow-up':
    '**Draft a follow-up:** an e-mail and an update of the deal, for you to edit. Nothing leaves before you approve it.',
  'handle-objection': '**Answer an objection:** a way through it that fits the deal.',
  'review-performance':
    "**Review a rep's performance:** against their own past and against peers, as far as the numbers carry.",
  'plan-skills': '**Plan practice for a rep:** tied to the gaps the review shows.',
  'predict-churn': '**Read the risk of losing a client:** a scorecard with its reasons.',
  'plan-intervention': '**Plan an intervention:** what set it off, how urgent, who does what by when.',
  'plan-success': '**Plan success with a client:** goals with measures, phases and check-ins.',
  'prepare-qbr': '**Prepare a business review:** a page to print, with charts.',
  'review-portfolio': '**Review the clients:** who moved, revenue at risk, stuck payments.',
  'forecast-renewals': '**Forecast renewals:** commit, best case and at risk, by month.',
}

const SHOWN = 3

/** Questions this colleague can answer without a model, one per skill first. */
function answerableExamples(tools: readonly ToolDefinition[], record: RecordAtHand | null): string[] {
  // What writes comes last: nobody begins with it.
  const offered = tools
    .toSorted((a, b) => Number(a.name === 'record-next-step') - Number(b.name === 'record-next-step'))
    .flatMap((tool) => (isPlaybookSkill(tool.name) ? [EXAMPLES[tool.name]] : []))
  const lists = offered.map(({ plain, atHand }) =>
    atHand && atHand.kind === record?.kind ? [atHand.text, ...plain] : plain,
  )
  const firsts = lists.flatMap((list) => list.slice(0, 1))
  const rest = lists.flatMap((list) => list.slice(1))
  return [...new Set([...firsts, ...rest, 'What can you do?', 'Who are you?'])].slice(0, SHOWN)
}

function isPlaybookSkill(name: string): name is PlaybookSkill {
  return Object.hasOwn(EXAMPLES, name)
}

interface Setting {
  readonly voice: Voice
  readonly tools: readonly ToolDefinition[]
  readonly record: RecordAtHand | null
}

export function answerTalk(talk: TalkKind, setting: Setting): string {
  switch (talk) {
    case 'greeting':
      return blocks([`Hello. ${introduction(setting.voice)}`, 'You can ask me:', quoted(setting)])
    case 'thanks':
      return 'You are welcome. Come back when the next one is due.'
    case 'identity':
      return blocks([
        `${introduction(setting.voice)} I am an AI colleague, not a person. What I state comes from your own records, with the rows named.`,
        abilities(setting.tools),
      ])
    case 'help':
      return blocks([abilities(setting.tools), 'For example:', quoted(setting)])
  }
}

/** A question that no skill answers: said as it is, with three that can be answered. */
export function answerUnplaced(
  { absent, meanwhile }: { readonly absent: string | null; readonly meanwhile?: string },
  setting: Setting,
): string {
  const why = absent === null ? '' : `That would be ${absent}, and there is no skill for it.`
  return blocks([
    ["I can't answer that without a model.", why].filter((part) => part !== '').join(' '),
    meanwhile ?? '',
    'These I can:',
    quoted(setting),
  ])
}

/** Who has which skill as Sophia comes, and what it does in a few words. */
const WORK_OF: Readonly<Record<PlaybookSkill, { readonly who: string; readonly what: string }>> = {
  'review-pipeline': { who: 'Marcus', what: 'Reviewing the pipeline' },
  'coach-deal': { who: 'Marcus', what: 'Coaching a deal' },
  'record-next-step': { who: 'Marcus', what: 'Writing down a next step' },
  'assess-health': { who: 'Sarah', what: "Reading a client's health" },
  'prepare-meeting': { who: 'Marcus', what: 'Preparing a meeting' },
  'review-call': { who: 'Marcus', what: 'Reviewing a call' },
  'draft-follow-up': { who: 'Marcus', what: 'Drafting a follow-up' },
  'handle-objection': { who: 'Marcus', what: 'Answering objections' },
  'review-performance': { who: 'Marcus', what: "Reviewing a rep's performance" },
  'plan-skills': { who: 'Marcus', what: 'Planning practice for a rep' },
  'predict-churn': { who: 'Sarah', what: 'Reading the risk of losing a client' },
  'plan-intervention': { who: 'Sarah', what: 'Planning an intervention' },
  'plan-success': { who: 'Sarah', what: 'Planning success with a client' },
  'prepare-qbr': { who: 'Sarah', what: 'Preparing a business review' },
  'review-portfolio': { who: 'Sarah', what: 'Reviewing all clients' },
  'forecast-renewals': { who: 'Sarah', what: 'Forecasting renewals' },
}

/** The question is understood, but the skill it needs is not among this colleague's. */
export function answerNotOffered(skill: PlaybookSkill, name: string | undefined, setting: Setting): string {
  const { who, what } = WORK_OF[skill]
  const others = setting.tools.some((tool) => tool.name === 'review-pipeline')
  if (skill === 'assess-health' && name !== undefined && others) {
    return blocks([
      `${what} is not among my skills. If ${name} is a client, ask ${who}: "How healthy is ${name}?"`,
      `If ${name} is one of your reps or a deal, ask me:`,
      bullets([`"How is ${name} performing?"`, `"Coach me on the ${name} deal"`]),
    ])
  }
  return blocks([`${what} is not among my skills; ask ${who}.`, 'From me you can have:', quoted(setting)])
}

function introduction(voice: Voice): string {
  return voice.name === ''
    ? 'I am a colleague of yours at Sophia.'
    : `I am ${voice.name}, ${voice.role.charAt(0).toLowerCase()}${voice.role.slice(1)}.`
}

function abilities(tools: readonly ToolDefinition[]): string {
  const known = tools.filter((tool) => isPlaybookSkill(tool.name))
  if (known.length === 0) return 'Without a language model I have no skill to use here.'
  return blocks([
    'What I can do without a language model:',
    bullets(known.map((tool) => (isPlaybookSkill(tool.name) ? ABILITIES[tool.name] : tool.description))),
  ])
}

function quoted({ tools, record }: Setting): string {
  return bullets(answerableExamples(tools, record).map((example) => `"${example}"`))
}
