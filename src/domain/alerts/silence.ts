/** A wish not to be told of a rule, or of one of its subjects. */
interface SilenceOf {
  readonly rule: string
  /** Empty: all of the rule. */
  readonly subject: string
}

/** Whether one of these is about an alert. */
export function isSilencedBy(silences: readonly SilenceOf[], ruleId: string, subject: string): boolean {
  return silences.some((silence) => silence.rule === ruleId && ['', subject].includes(silence.subject))
}
