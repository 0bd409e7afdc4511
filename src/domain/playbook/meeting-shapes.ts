import { NAME, NOUN, shape } from './craft-shape.ts'

export const FOLLOW_UP_SHAPES = [
  shape(
    String.raw`(?:draft|write|prepare|compose|make|create|give me|i need)(?: me)? (?:an? |the |my )?follow[- ]?up(?:s)?(?: (?:e-?mail|message|note|mail))?(?: (?:to|for|with|on|after|about)(?: (?:the|my|our|today's|yesterday's|last))*(?: (?:call|meeting|demo))?(?: (?:with|at|on))? ${NAME}${NOUN})?`,
  ),
  shape(
    String.raw`(?:draft|write)(?: me)? (?:an? |the )?recap(?: e-?mail)? (?:of|for|to) (?:the |my |our )?(?:(?:call|meeting) with )?${NAME}${NOUN}`,
  ),
  shape(String.raw`follow[- ]?up (?:e-?mail|message|draft) (?:to|for) ${NAME}${NOUN}`),
]

const CALL = String.raw`(?:last |latest |most recent |recent |yesterday's |today's )?(?:call|meeting|conversation|demo|recording|transcript)`
export const CALL_SHAPES = [
  shape(
    String.raw`(?:review|analy[sz]e|summari[sz]e|score|go through|read|recap|debrief|assess|look at)(?: me)? (?:my |the |our )?${CALL}(?:(?: of (?:my |the |our )?(?:call|meeting))?(?: (?:with|at|on|about|from|of) ${NAME}${NOUN}))?`,
  ),
  shape(
    String.raw`(?:review|analy[sz]e|summari[sz]e)(?: me)? (?:the |my )?${CALL} (?:of|with|from) (?:my |the |our )?${NAME}${NOUN} (?:call|meeting)`,
  ),
  shape(
    String.raw`(?:review|analy[sz]e|summari[sz]e|recap) (?:my |the |our )?${NAME} (?:call|meeting|transcript|demo)`,
  ),
  shape(String.raw`how did (?:my |the |our )?${CALL} (?:with|at|on) ${NAME}${NOUN} go`),
  shape(String.raw`how did (?:my |the |our )?${NAME} (?:call|meeting|demo) go`),
  shape(
    String.raw`what (?:did (?:we|they|he|she|i)|was|were|got|has been) (?:say|said|agree|agreed|promise|promised|commit to|committed|learn|discuss|discussed|decided)(?: to)?(?: (?:on|in|at|during))? (?:my |the |our )?${CALL} (?:with|at) ${NAME}${NOUN}`,
  ),
  shape(
    String.raw`(?:what|which|any) (?:objections|commitments|promises|questions|next steps|action items|competitors)(?: (?:came up|were raised|were made|did we make|were there|did they raise|did they ask))? (?:on|in|at|during|from) (?:my |the |our )?${CALL} (?:with|at) ${NAME}${NOUN}`,
  ),
  shape(
    String.raw`(?:who talked|who spoke|did i talk|how much did i talk)(?: (?:more|most|too much|the most))? (?:on|in|at|during) (?:my |the |our )?${CALL} (?:with|at) ${NAME}${NOUN}`,
  ),
]

const MEETING = String.raw`(?:meeting|call|visit|demo|conversation|session|review|kick-?off|lunch|check-in|1:1|appointment|talk)`
export const MEETING_SHAPES = [
  shape(
    String.raw`(?:prepare|prep|brief|ready|help)(?: me| us)?(?: (?:to )?(?:prepare|prep|get ready))?(?: (?:for|on|before))?(?: (?:my|the|our|a|an|next|tomorrow'?s|today'?s|upcoming|coming|(?:mon|tues|wednes|thurs|fri)day'?s))* ${MEETING} (?:with|at|on|about) ${NAME}${NOUN}`,
  ),
  shape(
    String.raw`(?:meeting|call) (?:prep|preparation|brief|briefing|notes?|plan|one-pager) (?:for|with|on|about) ${NAME}${NOUN}`,
  ),
  shape(String.raw`(?:prepare|prep|brief)(?: me)? (?:for|on|about) ${NAME}${NOUN}`),
  shape(String.raw`(?:a |the )?(?:one[- ]pager|briefing|brief|cheat sheet|prep sheet) (?:for|on|about) ${NAME}${NOUN}`),
  shape(
    String.raw`what (?:should|do|must) i (?:know|ask|bring up|say|remember|check)(?: (?:before|in|at|for|going into|when))? (?:i (?:meet|see|call|talk to|speak with|visit)|(?:my|the|our|meeting|calling|seeing|talking to|speaking with)(?: ${MEETING} (?:with|at))?) ${NAME}${NOUN}`,
  ),
  shape(
    String.raw`(?:i'm|i am|we're|we are) (?:meeting|seeing|visiting|calling|talking to|speaking with|on a call with) ${NAME}${NOUN}(?: (?:tomorrow|today|on \w+day|in an hour|next week|this afternoon))?[,.;:-]+ (?:what (?:should|do) i (?:know|ask|say|bring up)|prepare me|prep me|brief me|help me prepare|anything i should know)`,
  ),
]
