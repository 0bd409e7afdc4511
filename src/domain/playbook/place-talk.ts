import { tagWords } from './tag-words.ts'
import { tokenise } from './tokens.ts'

/** Small talk that needs no record and no model. */
export type TalkKind = 'greeting' | 'thanks' | 'identity' | 'help'

const GREETING_WORDS =
  /^(hi|hiya|hello|hey|yo|howdy|good|morning|afternoon|evening|day|there|how|are|you|doing|today|things|team|all|everyone|again|nice|to|meet|is|it|going)$/
const GREETING_HEADS = /\b(hi|hiya|hello|hey|yo|howdy|morning|afternoon|evening|how are you)\b/
const THANKS_WORDS =
  /^(thanks|thank|thx|cheers|ta|you|so|very|much|many|a|lot|mate|ok|okay|great|perfect|nice|lovely|brilliant|appreciated|appreciate|it|that|was|is|helpful|really|for|your|help|the|this|all|good|awesome|super|got|fine|excellent|wonderful|pal|ty|tysm|tnx|thanx|helped|helps|useful|legend|loads|once|again|of|all|work|job|kind|kindly|sarah|marcus|doctor|dr|man|i|do|am|grateful|works|me|to|just|what|needed|exactly|buddy|very)$/
const THANKS_HEADS =
  /\b(thanks|thank you|thx|cheers|ta|ty|tysm|tnx|thanx|grateful|legend|appreciated?|perfect|brilliant|awesome|great)\b/

const IDENTITY = [
  /^(what|which) (are|is) you(r name| called)?( exactly| really)?$/,
  /^(please )?(introduce yourself|present yourself)( to me)?( please)?$/,
  /^are you (human|real|alive|artificial|automated|an ai|ai)( or (a )?(bot|robot|machine|ai|human|not))?$/,
  /^(what|who) (is|are) (sophia|marcus|sarah|dr sarah chen|marcus rodriguez)$/,
  /^am i (talking|speaking|chatting|writing) (to|with) (an? )?(human|person|bot|robot|ai|machine|computer|real person)$/,
  /^(tell me )?who you are$/,
  /^what do you do( here| all day| exactly)?$/,
  /^(and )?(who|what) (exactly )?are you( exactly| anyway)?$/,
  /^are you (an? |the )?(real |actual )?(human|person|bot|robot|ai|machine|chatbot|llm|language model|man|woman)( being)?$/,
  /^tell me (a bit |something |more )?about yourself$/,
  /^(what|which) (language |ai )?(model|llm) (are you|is this|do you use|runs|powers you|is running)( running| using| based)?( on| here)?$/,
  /^who am i (talking|speaking|chatting|writing) (to|with)$/,
  /^introduce yourself$/,
  /^what is your (name|role|job)$/,
]
const HELP = [
  /^(what|which) (kind|kinds|sort|sorts|type|types) of (questions|things|stuff|help|tasks|work) (can|could|should|may|do) (i|you) (ask|ask you|answer|do|offer|give|help with)( you| me| for me)?$/,
  /^(i am )?(new|a newcomer|lost|just starting)( here| to this)?( and)?( what (do|should|can|shall) i (do|ask|start with)( first| here)?)?$/,
  /^(show|tell|list|explain to) me (all )?(what|how) (you|i) (can|are able to|could|know how to|do)( do| help| ask| help me| offer| use you)?( with| for me| you)?$/,
  /^(what|which) are your (skills|abilities|capabilities|strengths|features|functions|tasks)$/,
  /^(your )?(capabilities|abilities|skills|features|commands|instructions for use|user guide|help menu|menu|options)$/,
  /^(what|which) (can|could) i (use|do with|ask) (you|this|it|sophia)( for)?$/,
  /^(give|show|list|send) me (some |a few |any )?(example|sample|possible) (questions|prompts|queries)$/,
  /^where (do|should|can) i (start|begin)$/,
  /^what are you (for|good for|able to do|able to help with)$/,
  /^(please )?help( me)?( please)?$/,
  /^what (all |else )?(can|do|could) (you|i) (do|ask|know|ask you|help with|help me with|do for me|know how to do|do here|do with you|tell me)( for me| about| here)?$/,
  /^how (can|could|do) (you|i) (help|use|help me|use you|use this|work with you|get started)( me| here| this)?$/,
  /^what (are|were) you (able|good|here) (to do|at|for)( for me)?$/,
  /^(which|what) (skills|abilities|capabilities|tools|questions) (do you have|have you got|have you|can you use|are there|can i ask|can you answer)( you)?$/,
  /^(can you )?(give|show) me (some |a few )?(examples|sample questions|example questions)( of (questions|what i can ask|what you can do))?$/,
  /^how does (this|it|that) work$/,
  /^(i )?do not know what to (ask|say|do)( you| here)?$/,
  /^what (should|shall) i ask( you)?$/,
]
const MAX_WORDS = 12

/** Recognises a greeting, thanks, "who are you" and "what can you do" when the text is that and nothing else. */
export function placeTalk(text: string): TalkKind | undefined {
  const plain = plainWords(text)
  const words = plain.split(' ')
  if (plain === '' || words.length > MAX_WORDS) return undefined
  const bare = plain
    .replace(/^(hi|hey|hello|hiya|ok|okay|so|and|well) (there )?/, '')
    .replace(/ (please|then|now|exactly|today|here|marcus|sarah|mate)$/, '')
    .replace(/^(marcus|sarah|dr sarah) /, '')
  if (IDENTITY.some((pattern) => pattern.test(bare))) return 'identity'
  if (HELP.some((pattern) => pattern.test(bare))) return 'help'
  if (THANKS_HEADS.test(plain) && words.every((word) => THANKS_WORDS.test(word))) return 'thanks'
  return isGreeting(text, words, plain) ? 'greeting' : undefined
}

/** One further capitalised word is the colleague's name. */
function isGreeting(text: string, words: readonly string[], plain: string): boolean {
  if (!GREETING_HEADS.test(plain)) return false
  const others = words.filter((word) => !GREETING_WORDS.test(word))
  const [name] = others
  return others.length === 0 || (others.length === 1 && name !== undefined && isColleague(name, text, words.length))
}

/** A capital shows a name; without one, an unknown word right after a short greeting does. */
function isColleague(name: string, text: string, count: number): boolean {
  if (text.includes(name.charAt(0).toUpperCase() + name.slice(1))) return true
  return (
    count <= 3 &&
    text.trim().toLowerCase().endsWith(name) &&
    tagWords(tokenise(name)).every(({ tag }) => tag === 'unknown')
  )
}

function plainWords(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('\u2019', "'")
    .replaceAll(/\b(what|who|how|that)'?s\b/g, '$1 is')
    .replaceAll(/\bdon'?t\b/g, 'do not')
    .replaceAll(/\bi'?m\b/g, 'i am')
    .replaceAll(/\byou're\b/g, 'you are')
    .replaceAll(/\bu\b/g, 'you')
    .replaceAll(/\br\b/g, 'are')
    .replaceAll(/\bpls\b/g, 'please')
    .replaceAll(/[^\p{L}\p{N}' ]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
