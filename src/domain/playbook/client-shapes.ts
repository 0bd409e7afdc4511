import { MAKE, NAME, NOUN, shape } from './craft-shape.ts'

const QBR = String.raw`(?:qbr|quarterly business review|quarterly review|business review)(?: (?:agenda|deck|page|slides|pack|document|doc))?`
export const QBR_SHAPES = [
  shape(String.raw`(?:${MAKE} )?(?:me )?(?:an? |the |our |my |next )*${QBR}(?: (?:for|with|of|at|on) ${NAME}${NOUN})?`),
  shape(String.raw`(?:${MAKE} )?(?:me )?(?:ready )?for (?:the |our |my )?${QBR} (?:with|of|at) ${NAME}${NOUN}`),
  shape(
    String.raw`(?:${MAKE} )?(?!(?:what|which|how|who|when|where|why|do|does|can|should|help|put)\b|[^?]* for )${NAME}(?:'s)? ${QBR}`,
  ),
  shape(
    String.raw`what (?:should|do) (?:we|i) (?:show|present|bring up|say|put)(?: \w+)? (?:in|at|to|on) (?:the |our )?${QBR} (?:with|for|of|at) ${NAME}${NOUN}`,
  ),
]

const SUCCESS = String.raw`(?:customer |client |account |joint |mutual )?success plan`
export const SUCCESS_SHAPES = [
  shape(
    String.raw`(?:${MAKE} )?(?:me )?(?:an? |the |our )?(?:(?:quarterly|yearly|annual|half-year|one-year|new) )?${SUCCESS}(?: (?:for|with|of) ${NAME}${NOUN})?`,
  ),
  shape(String.raw`(?:plan|how do we plan|help me plan) (?:the )?success (?:for|of|with|at) ${NAME}${NOUN}`),
  shape(String.raw`${NAME}(?:'s)? ${SUCCESS}`),
  shape(String.raw`what would success (?:look like|mean) (?:for|at) ${NAME}${NOUN}`),
  shape(String.raw`what (?:goals|targets) should (?:we|i) (?:set|agree on|have|agree) (?:for|with) ${NAME}${NOUN}`),
]

export const INTERVENTION_SHAPES = [
  shape(
    String.raw`(?:${MAKE} )?(?:me )?(?:an? |the |our )?(?:intervention|rescue|recovery|save|get-well|escalation)(?: plan)? (?:for|at|with) ${NAME}${NOUN}`,
  ),
  shape(
    String.raw`(?:should we|do we need to|when should we|who should) (?:intervene|step in) (?:at|with|for) ${NAME}${NOUN}`,
  ),
  shape(
    String.raw`how (?:do|can|should|could|would) (?:we|i|you) (?:save|rescue|win back|turn around|keep|calm|retain|help(?!.*\b(?:improve|get better|grow as|practi[sc]e|sell|closing|discovery)\b)) ${NAME}${NOUN}(?: from leaving)?`,
  ),
  shape(String.raw`what (?:do|should|can|could|must) (?:we|i) do (?:about|for|with|at) ${NAME}${NOUN}`),
  shape(
    String.raw`(?:plan|suggest|propose) (?:what to do|the next move|our move|a move) (?:about|for|at|with) ${NAME}${NOUN}`,
  ),
]

export const CHURN_SHAPES = [
  shape(String.raw`how likely is ${NAME}${NOUN} to (?:churn|cancel|leave|quit|not renew|walk away|go|drop us)`),
  shape(
    String.raw`(?:what is |what's |what are |show me |predict |assess |check |score )?(?:the )?(?:churn (?:risk|probability|likelihood|score|chance|odds|factors?|reasons?|scorecard|signals?)|risk of (?:churn|losing)|chance of (?:churn|losing)|likelihood of churn)(?: (?:for|of|at|with))? ${NAME}${NOUN}`,
  ),
  shape(String.raw`(?:predict|assess|check|estimate) (?:the )?churn (?:for|of|at|with|risk of) ${NAME}${NOUN}`),
  shape(String.raw`${NAME}(?:'s)? churn (?:risk|score|likelihood|probability|factors)`),
  shape(String.raw`(?:will|is) ${NAME}${NOUN} (?:churn|going to churn|gonna churn|about to churn|likely to churn)`),
  shape(
    String.raw`(?:will|is) ${NAME}${NOUN} (?:cancel|leave us|leave|renew|(?:going to|gonna) (?:cancel|leave|renew)|about to (?:cancel|leave)|likely to (?:cancel|leave|renew)|thinking of leaving)`,
  ),
  shape(
    String.raw`(?:could|might|would|are we (?:about to|going to)|are we in danger of|do we risk) (?:we )?(?:lose|losing) ${NAME}${NOUN}`,
  ),
  shape(String.raw`(?:why|what) (?:would|could|might|makes?) (?:make )?${NAME}${NOUN} (?:leave|churn|cancel)`),
]
