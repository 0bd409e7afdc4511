import { MAKE, NAME, shape } from './craft-shape.ts'

const SAID = String.raw`["“']?(?<said>[^"”]{3,300}?)["”']?`
const ANSWER = String.raw`(?:what (?:do|should|can|could|would) (?:i|we|you) (?:say|answer|reply|respond|tell (?:them|him|her)|do)|how (?:do|should|can|would) (?:i|we|you) (?:answer|respond|handle|reply|react|counter|deal with)(?: (?:to )?(?:that|this|it))?|how to (?:answer|respond|handle|counter|reply)(?: (?:to )?(?:it|that|this|them))?|how (?:do|can|should|would|to) ?(?:i|we|you)? (?:get (?:around|past|over)|overcome|take|turn around) (?:that|this|it)(?: (?:away|concern|worry))?|help me (?:answer|respond|reply|handle)|what(?:'?s| is) (?:a |the |my |our )?(?:good |best |right )?(?:answer|reply|response|comeback|counter)(?: to (?:that|this|it))?|what now|any (?:advice|ideas|tips)|ideas)`
const QUOTED = String.raw`["“](?<said>[^"”]{3,300}?)["”]`
const ROLE = String.raw`(?:buyer|client|customer|prospect|champion|contact|sponsor|stakeholder|lead|owner|board|boss|cfo|ceo|coo|cto|cio|it|procurement|purchasing|finance|legal)`
const THEY = String.raw`(?:they|he|she|(?:(?:the|a|an|my|our|this|their) )?${ROLE})`
const SAYS = String.raw`(?:say|says|said|keep saying|keeps saying|(?:'?re|are|is|'s) saying|told me|tell me|tells me|think|thinks|claim|claims|insist|insists|go|goes)(?: that)?[:,]?`
export const OBJECTION_SHAPES = [
  shape(
    String.raw`how (?:do|should|can|would|could) (?:i|we|you) (?:handle|answer|respond to|react to|overcome|counter|deal with|address|meet) (?:the |an? |this |their |his |her )?(?:objection|pushback|concern|argument|complaint)s?(?: (?:that|about|of|on))?[:,]? ${SAID}`,
  ),
  shape(
    String.raw`(?:handle|answer|overcome|counter|address) (?:the |this |an? |their )?(?:objection|pushback|concern)s?(?: (?:that|about|of))?[:,]? ${SAID}`,
  ),
  shape(String.raw`(?:objection|pushback)\s*:\s*${SAID}`),
  shape(
    String.raw`(?:${THEY}|${NAME}) (?:just )?(?:say|says|said|keep saying|keeps saying|told me|tell me|tells me|think|thinks|claim|claims|argue|argues|object|objects|complain|complains|insist|insists)(?: that)?[:,]? ${SAID}[,.;:?!"”'-]+\s*(?:and )?${ANSWER}(?: then)?`,
  ),
  shape(
    String.raw`${ANSWER} (?:when|if) (?:they|he|she|the (?:buyer|client|customer|prospect|champion|cfo)|somebody|someone|a (?:buyer|client|prospect|customer)) (?:say|says|tell me|tells me|think|thinks|claim|claims|object|objects|complain|complains)(?: that| me that)?[:,]? ${SAID}`,
  ),
  shape(
    String.raw`how (?:do|should|can|would|could|to) ?(?:i|we|you)? (?:answer|respond to|reply to|react to|counter|handle|deal with|get (?:around|past)|overcome) ["“']${SAID}["”']`,
  ),
  shape(
    String.raw`(?:we're|we are|it is|it's|you are|you're) (?<said>too expensive|too pricey|over their budget|out of (?:their )?budget)[,.;:-]+ ${ANSWER}`,
  ),
  shape(
    String.raw`${ANSWER} (?:when|if) ${THEY} (?<said>(?:want|need|ask|won't|wont|can't|cant|don't|dont|refuse)s? [^"”]{3,300}?)`,
  ),
  shape(
    String.raw`what (?:do|should|can|could) (?:i|we) (?:tell|say to|answer|reply to) ${THEY} (?:who|that|when (?:he|she|they)) ${SAYS} ${SAID}`,
  ),
  shape(String.raw`${ANSWER} (?:to|when|if) (?:(?:${THEY}|somebody|someone) ${SAYS} )?${QUOTED}`),
  shape(String.raw`${THEY} ${SAYS} ${QUOTED}`),
  shape(
    String.raw`(?:i |we )?(?:(?:just |only )?(?:got|get|getting|keep getting|was|were) )?(?:hit with|told|the answer|the line)[:,]? ${QUOTED}[,.;:?! -]*(?:and )?${ANSWER}`,
  ),
  shape(String.raw`(?:${THEY}|${NAME}) (?:keep|keeps|kept) (?:saying|telling me)(?: that)?[:,]? ${SAID}`),
  shape(
    String.raw`(?:${THEY}|${NAME}) (?:is|are|seems?|sounds?|was) (?:worried|concerned|afraid|scared|nervous|hesitant|anxious)(?: (?:about|of|that))? ${SAID}[,.;:?! -]+(?:and )?${ANSWER}`,
  ),
  shape(
    String.raw`(?:${THEY}|${NAME}) (?:push|pushes|pushed|pushing|is pushing|are pushing) back (?:on|about|against) ${SAID}`,
  ),
]

/** What they say without a question after it: only what sounds like an objection, or what is told beside a deal. */
export const TOLD_OBJECTION_SHAPES = [
  shape(
    String.raw`(?:${THEY}|${NAME}) (?<said>(?:want|wants|need|needs|ask for|asks for) [^"”]{3,300}?)[,.;:?! -]+(?:and )?${ANSWER}`,
  ),
  shape(
    String.raw`(?:${THEY}|${NAME}) (?:just |simply |still )?(?<said>(?:do not|don'?t|does not|doesn'?t|won'?t|can'?t|cannot|refuses?|ha(?:s|ve) no|ha(?:s|ve) already|already|sees? no) [^"”]{3,200}?)[,.;:?! -]+(?:and )?${ANSWER}`,
  ),
  shape(String.raw`[^"“”]{0,60}${QUOTED}[^"“”]{0,40}?[,.;:?! -]+(?:and |so )?${ANSWER}`),
  shape(
    String.raw`(?:${ANSWER}|how to react) (?:when|if) ${THEY} (?<said>(?:mentions?|brings? up|asks? (?:about|for)|compares?|pushes|demands?|insists?) [^"”]{3,200}?)`,
  ),
  shape(
    String.raw`${THEY} (?:just )?(?:keeps?|kept) (?<said>(?:asking|pushing|pressing|bringing|going) [^"”?]{3,200}?)`,
  ),
  shape(String.raw`${THEY} (?<said>(?:are|is|'?re|'?s) (?:not|un)[^"”]{3,200}?)[,.;:?! -]+(?:and )?${ANSWER}`),
  shape(
    String.raw`(?:(?:when|if) )?(?:${THEY}|someone|somebody|${NAME}) ${SAYS} ${SAID}[,.;:?! -]+(?:and )?(?:${ANSWER}|help)`,
  ),
  shape(String.raw`what if ${THEY} (?<said>[^"”]{3,200}?)`),
  shape(String.raw`${THEY} (?<said>(?:wants?|prefers?|would rather|refuses?|won'?t|insists? on) [^"”?]{3,200}?)`),
  shape(String.raw`(?:(?:but|so|now) )?${THEY} ?${SAYS} ${SAID}`),
  shape(String.raw`${NAME} (?:says|say|said|told me)(?: that)?[:,]? ${SAID}`),
]

const PLAN = String.raw`(?:coaching|development|training|skills?|learning|improvement|practice|growth)(?: and \w+)? plan`
export const SKILL_PLAN_SHAPES = [
  shape(String.raw`(?:${MAKE} )?(?:me )?(?:an? |the |our |six-week |6-week )*${PLAN} (?:for|with) ${NAME}`),
  shape(String.raw`${NAME}(?:'s)? ${PLAN}`),
  shape(
    String.raw`what (?:should|must|could|can|does) ${NAME} (?:work on|practi[sc]e|improve|learn|train|need to (?:work on|practi[sc]e|improve|learn)|do better|focus on)`,
  ),
  shape(
    String.raw`(?:how|where) (?:can|should|could|does|might) ${NAME} (?:get better|improve|grow|need (?:coaching|help|practice)|need to improve|become better)`,
  ),
  shape(String.raw`how (?:do|should|can|could) (?:i|we) (?:coach|develop|train) ${NAME}`),
  shape(String.raw`which skills (?:should|does|must) ${NAME} (?:work on|build|need|learn|practi[sc]e|train)`),
]

export const PERFORMANCE_SHAPES = [
  shape(
    String.raw`(?:${MAKE} )?(?:review|show|assess|check|analy[sz]e|evaluate|look at) (?:me )?(?:the )?performance (?:of|for) ${NAME}`,
  ),
  shape(
    String.raw`(?:review|show me|show|assess|check|analy[sz]e|evaluate|look at) ${NAME}'s? (?:performance|numbers|results|win rate|quarter|figures|year)`,
  ),
  shape(String.raw`(?:${MAKE} )?(?:me )?(?:an? |the )?performance review (?:for|of|with) ${NAME}`),
  shape(
    String.raw`how (?:is|has|did|was|has been) ${NAME} (?:performing|perform|performed|been performing|selling|been selling|been doing as a (?:rep|seller))(?: (?:against|vs|versus|compared to|compared with) (?:quota|target|peers|the team|the others|others|plan))?(?: lately| recently| this year)?`,
  ),
  shape(
    String.raw`how (?:is|does) ${NAME} (?:doing|compare|stack up|look|standing) (?:against|vs|versus|compared to|compared with|to|with) (?:quota|target|(?:the |his |her |their )?(?:peers|others|team|colleagues)|the rest(?: of the team)?|plan|history)`,
  ),
  shape(
    String.raw`(?:is|will|can|did) ${NAME} (?:hitting|hit|making|make|reaching|reach|meet|meeting|on track for|on track to hit|going to (?:hit|make|reach)|above|below|behind on|ahead of) (?:his |her |their |the )?(?:quota|number|numbers|target|plan|goal)`,
  ),
  shape(String.raw`(?:what is |what's |show |show me )?(?:the )?quota attainment (?:of|for) ${NAME}`),
  shape(
    String.raw`(?:what (?:is|are) |what's )?${NAME}'s? (?:quota attainment|attainment|performance|strengths(?: and (?:gaps|weaknesses))?|weaknesses|gaps)`,
  ),
  shape(
    String.raw`why (?:is|does|has|did) ${NAME} (?:not selling|not winning|losing(?: (?:more|so many))?(?: deals)?(?: lately)?|lose (?:more|so many|so much)(?: deals)?|struggling|underperforming|winning less|not closing|stopped winning|win less)`,
  ),
  shape(
    String.raw`what (?:are|is) (?:the )?(?:strengths?|weakness(?:es)?|gaps?|strong points?|weak points?)(?: and (?:gaps?|weaknesses))? of ${NAME}`,
  ),
  shape(String.raw`where (?:is|does) ${NAME} (?:losing deals|lose deals|losing|strong|weak|strongest|weakest)`),
]
