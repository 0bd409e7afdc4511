/** Words of a text for embedding, full text and comparing: lower case, contractions undone, lightly stemmed. */

const STOP_WORDS = new Set(
  (
    'a an the of to in on at for and or but is are was were be been being do does did done i you he she it we they me him us them ' +
    'my your his her its our their this that these those with as by from so if then than there here what which who whom whose how ' +
    'when where why can could should would will shall may might must have has had having am s re ve ll d m not no nor too very ' +
    'just about into over also any some all such own same each more most other again once only up out off down while during ' +
    'because until please tell know remind get got go going went say said'
  ).split(' '),
)

/** Irregular forms that matter in talk about work and people; regular ones are the stemmer's. */
const IRREGULAR: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'bought:buy sold:sell left:leave leaving:leave chose:choose chosen:choose made:make making:make met:meet sent:send told:tell ' +
    'paid:pay lost:lose won:win spoke:speak spoken:speak wrote:write written:write gave:give given:give took:take taken:take ' +
    'held:hold kept:keep began:begin begun:begin came:come saw:see seen:see thought:think brought:bring taught:teach ' +
    'grew:grow grown:grow ran:run knew:know found:find felt:feel became:become drove:drive built:build spent:spend ' +
    'children:child people:person men:man women:woman wives:wife lives:life companies:company better:good best:good ' +
    'worse:bad worst:bad moved:move moving:move married:marry died:die dying:die'
  )
    .split(' ')
    .map((pair) => pair.split(':')),
)

const FORMS = Map.groupBy(Object.keys(IRREGULAR), (form) => IRREGULAR[form] ?? form)

/** Words and numbers as written, lower case; `don't` gives `do`, `not`; `$1,200` gives `1200`. */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[’`]/g, "'")
    .replaceAll(/\b(?:can't|cannot)\b/g, 'can not')
    .replaceAll(/\bwon't\b/g, 'will not')
    .replaceAll(/n't\b/g, ' not')
    .replaceAll(/'(?:re|s|ve|ll|d|m)\b/g, ' ')
    .replaceAll(/(\d),(?=\d{3})/g, '$1')
  return plain.match(/\p{L}+|\d+(?:\.\d+)?/gu) ?? []
}

export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word)
}

/** The word and its irregular forms, for an index that stems by its own rules: `left`, `leave`. */
export function formsOf(word: string): string[] {
  const root = Object.hasOwn(IRREGULAR, word) ? (IRREGULAR[word] ?? word) : word
  return [...new Set([word, root, ...(FORMS.get(root) ?? [])])]
}

/** The stems of the words that carry meaning, in order, with repeats. */
export function stemsOf(text: string): string[] {
  return wordsOf(text)
    .filter((word) => !STOP_WORDS.has(word))
    .map(stemOf)
}

/** Takes plural, past and -ing endings off; wrong at times, but the same for a word and its other forms. */
export function stemOf(word: string): string {
  const irregular = Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word] : undefined
  if (irregular !== undefined) return endOf(irregular)
  return endOf(withoutPast(withoutPlural(word)))
}

function withoutPlural(word: string): string {
  if (word.length <= 3 || !word.endsWith('s') || /(?:ss|us|is)$/.test(word)) return word
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  return /(?:ches|shes|xes|sses|zes)$/.test(word) ? word.slice(0, -2) : word.slice(0, -1)
}

function withoutPast(word: string): string {
  const match = /^(.*[aeiouy].*?)(?:ing|ed|ly|ment|ness)$/.exec(word)
  const stem = match?.[1]
  if (stem === undefined || stem.length < 3) return word
  if (stem.endsWith('i')) return `${stem.slice(0, -1)}y`
  return /([bdgklmnprt])\1$/.test(stem) && !/(?:ll|ss)$/.test(stem) ? stem.slice(0, -1) : stem
}

/** `prefer`, `prefers`, `price`, `pricing` end alike: without a final e, and with i for y. */
function endOf(word: string): string {
  if (word.length > 3 && word.endsWith('e')) return word.slice(0, -1)
  return word.length > 3 && word.endsWith('y') ? `${word.slice(0, -1)}i` : word
}
