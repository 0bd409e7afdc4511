import { NAME, NO_RECORD } from './record-words.ts'

/** Last words of company names: before them small letters are a name too, as busy people write. */
const TAILS =
  'apartments|housing|lettings|rentals|homes|living|group|properties|residential|estates|court|flats|place|park|village|row|towers|lofts|communities|realty|holdings|partners|management|capital|terrace|gardens|heights|ridge|square|yard|commons'
const SMALL_NAME = new RegExp(
  String.raw`(?<![\p{L}'’])(?!(?:the|a|an|our|my|their|this|that|these|new|of|at|with|for|in|on|from|and|or|is|are|has|public|social|student|affordable|car|city|same|whole)\b)(?:(?!(?:the|of|at|with|for|in|on|from|and|or|is|are|has|our|that|to)\b)[a-z]{3,} ){1,2}(?:${TAILS})(?![\p{L}])`,
  'gu',
)
const OF_RECORD =
  '(?:champion|economic buyer|decision[- ]maker|budget|timeline|decision|executive sponsor|exec sponsor|sponsor|next step|competitor|renewal|contract|go-live)'
const LEAD =
  /^(?:(?:by the way|btw|fyi|update|quick update|good news|bad news|heads[- ]up|sorry|scratch that|my mistake|i was wrong|no(?=,)|small correction|so|also|and|ok|okay|well|just so you know|unfortunately|sadly|great|yes|right|hi|hey|hello|marcus|sarah|actually|correction|to be clear|today|yesterday|this morning|as of today|from now on)(?:[,:.!–-]+|(?=\s))\s*)+/i
const TOLD = new RegExp(
  String.raw`^(?:${NAME}|[Tt]hey|[Ss]he|[Hh]e|[Tt]he (?:client|customer|champion|buyer)) (?:just |now |today )*(?:told (?:me|us)|confirmed(?: to (?:me|us))?|let (?:me|us) know|informed (?:me|us)|says|said|(?:has|have) (?:told (?:me|us)|said|confirmed))(?: today| yesterday| this morning)?(?: that)? (?=\p{L})`,
  'u',
)
const ABOUT = new RegExp(
  String.raw`^(?:[\p{L} ]{0,24}\b(?:on|about|from|regarding|re)\s+)?(?:the\s+)?(?<name>${NAME})(?:\s+(?:deal|account|renewal|opportunity))?\s*(?::|\s[–-])\s+`,
  'u',
)
const OWNS = new RegExp(String.raw`\b(?<name>${NAME})(?:'s|’s|s'|s’)\s+(?=(?:new |main |current )?${OF_RECORD}\b)`, 'u')
const WHERE = new RegExp(
  String.raw`(?<!\b(?:competing|compete|competes|up|went|going|go|signed|sign|moved|switch|switched|us))\s+(?:over at|at|with|for|from|to|on|in)\s+(?:the\s+)?(?<name>${NAME})(?:\s+(?:deal|account|opportunity))?(?=$|[\s,.])`,
  'u',
)
const ACTS = new RegExp(
  String.raw`^(?:[Tt]he\s+(?:team|people|folks|guys|managers)\s+at\s+)?(?<name>${NAME})\s+(?=(?:is|are|has|have|had|picked|chose|selected|went|signed|will|won't|wants?|plans?|intends?|confirmed|approved|cut|froze|slashed|reduced|halved|decided|decides|dropped|ruled|rejected|eliminated|also|just|now|still|looks?|evaluates?|considers?|compares?|talks?|demoed|shortlisted|brought|got|do|does|don't|doesn't|needs?|aims?|manages?|runs?|isn't|aren't|hasn't|haven't|set|signs?|confirmed|confirms|moved|changed|chooses?|decide|uses?|owns?|operates?|hates?|loves?|prefers?|pays?)\b)`,
  'u',
)
const LONG: Readonly<Record<string, string>> = { re: 'are', ve: 'have', ll: 'will' }
/** "The CFO of Harbor Homes": names the record of a sentence that fits no pattern. */
const OF = new RegExp(String.raw`\b(?:of|about)\s+(?<name>${NAME})(?=$|[\s,.])`, 'u')
const OPENERS =
  /^(?:The|Our|Their|They|We|There|There's|No|My|I|I'm|I’m|I'll|I’ll|We're|We’re|We've|What|Still|Please|Just|Call|Everyone|People|That|You|Decision|Budget|Champion|Economic|Next|Competitor|Timeline)\b/

/** A sentence as the patterns read it: without small talk before it. */
export function withoutLead(sentence: string): string {
  return withoutSmallTalk(sentence).replace(TOLD, '').trim()
}

/** The same with who told it left in: what is kept says where it came from. */
export function withoutSmallTalk(sentence: string): string {
  return sentence.replace(LEAD, '').trim()
}

export function lowerOpening(sentence: string): string {
  const text = sentence
    .replaceAll('’', "'")
    .replaceAll(/\b(do|does|is|are|has|have|wo|ca|did)nt\b/gi, "$1n't")
    .replace(/^im\b/i, "I'm")
    .replace(/^i\b/, 'I')
    .replace(/[.!\s]+$/, '')
    .replaceAll(
      /\b(They|they|We|we|You|you)'(re|ve|ll)\b/g,
      (_, who: string, short: string) => `${who} ${LONG[short] ?? ''}`,
    )
  return OPENERS.test(text) ? text.slice(0, 1).toLowerCase() + text.slice(1) : text
}

/**
 * Ways to read a sentence: as it is, and with the record's name taken out of it ("Harbor Homes's budget" as "their
 * budget", "at Harbor Homes" dropped, "Harbor Homes is evaluating" as "they are evaluating"); the name beside each.
 */
export function nameForms(sentence: string): { text: string; name: string | null }[] {
  const { label, rest } = splitLabel(withoutSmallTalk(withNamesRaised(sentence)))
  const told = toldBy(rest)
  const plain = withoutLead(rest)
  const forms: { text: string; name: string | null }[] = []
  const owner = takeOut(plain, OWNS, 'their ')
  const place = takeOut(plain, WHERE, '')
  const actor = takeOut(plain, ACTS, 'they ')
  for (const form of [owner, place, { text: plain, name: label }, actor]) {
    if (form) forms.push({ text: plural(lowerOpening(form.text)), name: form.name ?? label ?? told })
  }
  return forms
}

/** `dunmore lettings` as `Dunmore Lettings`. */
export function withNamesRaised(sentence: string): string {
  return sentence.replaceAll(SMALL_NAME, (name) =>
    name.replaceAll(/(?<!\p{L})\p{Ll}/gu, (letter) => letter.toUpperCase()),
  )
}

const TOLD_OF_THEM = new RegExp(
  String.raw`^(?<name>${NAME})(?: (?:has|have|just|now))* (?:told|confirmed|said|says|let|informed)\b.{0,30}?\bthey\b`,
  'u',
)
const COMPANY = new RegExp(String.raw` (?:${TAILS})$`, 'i')

/** "Sable Court told us they will renew": they are Sable Court; who "they" are when a person says it is not known. */
function toldBy(sentence: string): string | null {
  const name = TOLD_OF_THEM.exec(sentence)?.groups?.name
  return name !== undefined && COMPANY.test(name) ? name : null
}

/** "On Harbor Homes: the budget is frozen" is about Harbor Homes. */
function splitLabel(text: string): { label: string | null; rest: string } {
  const match = ABOUT.exec(text)
  const name = match?.groups?.name
  if (!match || name === undefined || !isRecordName(name)) return { label: null, rest: text }
  return { label: name, rest: text.slice(match[0].length) }
}

/** The name of a record the sentence speaks of, by the words around it; null when none stands out. */
export function findSubjectName(sentence: string): string | null {
  const found = nameForms(sentence).find((form) => form.name !== null)?.name
  return found ?? takeOut(withNamesRaised(sentence), OF, '')?.name ?? null
}

function takeOut(text: string, pattern: RegExp, substitute: string): { text: string; name: string } | null {
  const match = pattern.exec(text)
  const name = match?.groups?.name?.replace(/(?:['’]s?|[.,]+)$/, '')
  if (!match || name === undefined || !isRecordName(name)) return null
  const rest = `${text.slice(0, match.index)}${substitute}${text.slice(match.index + match[0].length)}`
  return { text: rest.replaceAll(/\s+([,.])/g, '$1').trim(), name }
}

function isRecordName(name: string | undefined): boolean {
  return name !== undefined && name.length >= 3 && !NO_RECORD.test(name) && !OPENERS.test(name)
}

/** "they is evaluating", after a name was taken out, reads as "they are evaluating". */
function plural(text: string): string {
  return text.replace(
    /^they (?:(?:now|also|still|just) )?(isn't|hasn't|is|has|was|wants|plans|intends|doesn't|does|needs|aims|loves|hates|decides|chooses)\b/,
    (_, verb: string) => {
      const forms: Readonly<Record<string, string>> = {
        is: 'are',
        has: 'have',
        was: 'were',
        does: 'do',
        "doesn't": "don't",
        "isn't": "aren't",
        "hasn't": "haven't",
      }
      return `they ${forms[verb] ?? verb.slice(0, -1)}`
    },
  )
}
