/** Text that somebody else wrote: after these the rest of a message is not the member's own. */
const FOREIGN_START =
  /^\s*(?:>|from:|subject:|to:|sent:|-{3,}|_{3,}|\*{3,}|={3,}|```|on .{4,80} wrote:|begin forwarded message)/i
/** "Here is the email:" announces what somebody else wrote. */
const ANNOUNCES =
  /\b(?:e-?mail|mail|wrote|sent|replied|answered|message|note|notes|transcript|text|document|article|page|reply|quote|letter|slack|minutes|output|result|log)\b[^.!?]{0,60}:\s*$/i
/** Longer than people type in one go; what comes after the first lines was pasted. */
const TYPED_CHARACTERS = 1500
const TYPED_LINES = 15
/** What a person says as a game or a test holds only in it. */
const MAKE_BELIEVE =
  /\b(?:pretend|role-?play|hypothetical(?:ly)?|imagine|let'?s say|suppose|for the sake of|as an example|for example|in this scenario|in a story|thought experiment|test message|lorem ipsum)\b/i
const ABBREVIATION = /\b(?:mr|mrs|ms|dr|prof|inc|ltd|corp|co|vs|e\.g|i\.e|etc|approx|no|st|jr|sr)\.$/i

/** The sentences a member wrote themselves, without quoted, pasted and made-up text. */
export function ownSentences(text: string): string[] {
  if (MAKE_BELIEVE.test(text)) return []
  const lines = ownLines(text)
  return lines.flatMap(splitSentences)
}

function ownLines(text: string): string[] {
  const lines = text.replaceAll(/```[\s\S]*?(?:```|$)/g, '\n').split(/\r?\n/)
  const isLong = text.length > TYPED_CHARACTERS || lines.length > TYPED_LINES
  const own: string[] = []
  for (const line of lines) {
    if (FOREIGN_START.test(line)) break
    if (ANNOUNCES.test(line)) break
    // The first paragraph of a long message is what the person says about the rest.
    if (isLong && line.trim() === '' && own.length > 0) break
    if (isLong && (line.length > TYPED_CHARACTERS / 2 || own.length >= 3)) break
    if (line.trim() !== '') own.push(line.trim())
  }
  return own
}

/** Where a sentence ends; a question hung on with a comma is one of its own: "they are unhappy, what now". */
const ENDS =
  /(?<=[.!?…])\s+(?=["'(\p{Lu}\p{N}])|;\s+|,\s+(?=(?:so |and |but )?(?:how|what|why|who|where|when|which|any)(?:['’]?s)? (?:do|does|did|is|are|can|could|should|shall|would|will|to|now|next|my|our|the best|a good|ideas?|advice)\b)/u

function splitSentences(line: string): string[] {
  const pieces = line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, '').split(ENDS)
  const sentences: string[] = []
  for (const piece of pieces) {
    const last = sentences.at(-1)
    if (last !== undefined && ABBREVIATION.test(last)) sentences[sentences.length - 1] = `${last} ${piece}`
    else sentences.push(piece)
  }
  return sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== '')
}

const ASKS =
  /^(?:(?:and|so|but|ok|okay|hey|hi|also|well)[,\s]+)*(?:who|what(?! (?:worked|works|helped))|when|where|why|how|which|whose|is|are|was|were|do|does|did|can|could|should|would|will|has|have|had|am|any idea|shall|may)\b/i
const ORDERS =
  /^(?:(?:please|now|then|ok|okay|and|also|hey|hi|marcus|sarah|sophia|can you|could you|would you)[,\s]+)*(?:write|draft|tell|show|list|summari[sz]e|ignore|disregard|forget|pretend|act|give|make|create|send|find|help|explain|compare|check|look|run|review|prepare|plan|update(?![^.]{0,40}:)|set|change|delete|remove|add|always|never|stop|start|answer|reply|respond|translate|repeat|print|output|open|calculate|forecast|coach|assess|use|let me|let's|walk me|take|go|do not|don't|be|keep|call (?:him|her|them|it))\b/i
const AIMED_AT_ASSISTANT =
  /\b(?:you (?:are now|must|should|will|have to|need to|can now)|your (?:instructions?|system prompt|rules?|guidelines|persona|role)|system prompt|previous instructions|as an ai|assistant|jailbreak|developer mode)\b/i
const DOUBTS =
  /\b(?:if|unless|whether|what if|would|could|might|maybe|perhaps|possibly|probably|presumably|likely|i think|i guess|i wonder|i hope|hopefully|i assume|not sure|unsure|unclear|unknown|rumou?rs?|apparently|supposedly|i hear|heard|claims?|seems?|looks like|sounds like|feels like|assuming|in case|as if|almost|nearly|should|wish|in theory|too early to)\b|\bmay\b(?! \d)/
const BYGONE =
  /\b(?:years? ago|last year|used to|previously|in the past|back (?:then|when|in)|formerly|historically|in 20[01]\d|at my (?:old|last|previous)|once upon)\b/i
const QUOTED = /["“”][^"“”]{12,}["“”]|(?:^|\s)'[^']{20,}'(?:\s|[.,!?]|$)/

/** True for a sentence that asserts something in the member's own words, without doubt, about how things are. */
export function isAssertion(sentence: string): boolean {
  if (sentence.length > 400 || /\?\s*["')]*$/.test(sentence)) return false
  const isRefused = [ASKS, ORDERS, AIMED_AT_ASSISTANT, BYGONE, QUOTED].some((pattern) => pattern.test(sentence))
  if (isRefused) return false
  // The month is capitalised, the doubt is not; a polite wish is no doubt.
  const plain = sentence.replace(/^I(?:['’]d| would) (?:prefer|rather|like)/, 'I prefer').replaceAll(/\bMay\b/g, '#')
  return !DOUBTS.test(plain.toLowerCase())
}

/** What must never be kept, however it is asked for. */
export function isSecret(sentence: string): boolean {
  return /\b(?:password|passphrase|passcode|api[ -]?key|secret key|access token|private key|pin code|cvv|credit card number|social security number)\b|\bsk-[a-z0-9-]{8,}/i.test(
    sentence,
  )
}

export function isSensitiveText(sentence: string): boolean {
  return /\b(?:salary|salaries|pay rise|bonus|commission rate|diagnos\w+|cancer|pregnan\w+|surgery|illness|sick leave|depress\w+|anxiety|therap\w+|disabilit\w+|divorc\w+|miscarriage|religio\w+|sexual\w*|union member|fired|layoffs?|criminal|bank account|iban|visa status|parental leave|maternity leave)\b/i.test(
    sentence,
  )
}
