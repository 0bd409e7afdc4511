import type { PlannedMessage, Tellable } from './plan-messages.ts'
import type { AlertRule } from './rule.ts'

export interface AlertText {
  readonly subject: string
  /** Plain text with line breaks; fits mail and Slack alike. */
  readonly text: string
}

/** A figure as a person reads it. */
export function formatValue(value: number, unit: AlertRule['unit']): string {
  if (unit === 'share') return `${Math.round(value * 1000) / 10} %`
  return value >= 100 ? String(Math.round(value)) : String(Math.round(value * 100) / 100)
}

/** The rule's sentence with its figures. */
export function sayAlert({ rule, subject, value, threshold }: Omit<Tellable, 'isTold'>): string {
  return rule.says
    .replace('{value}', () => formatValue(value, rule.unit))
    .replace('{threshold}', () => formatValue(threshold, rule.unit))
    .replace('{subject}', () => subject)
}

/** A message for people: what fires, how bad, what to do; then what is over. */
export function renderMessage({ fired, resolved }: PlannedMessage, publicUrl: string): AlertText {
  const worst = fired.some(({ rule }) => rule.severity === 'page') ? 'page' : 'ticket'
  const [first] = [...fired, ...resolved]
  const more = fired.length + resolved.length - 1
  const head = fired.length > 0 ? `[${worst}]` : '[resolved]'
  const subject = `${head} ${first ? sayAlert(first) : ''}${more > 0 ? ` and ${more} more` : ''}`
  const lines = [
    ...fired.flatMap((alert) => [
      `${alert.rule.severity === 'page' ? 'PAGE' : 'Ticket'}: ${sayAlert(alert)} (${alert.rule.id})`,
      ...alert.rule.runbook.map((step) => `  - ${step}`),
    ]),
    ...resolved.map((alert) => `Resolved: ${sayAlert(alert)} (${alert.rule.id})`),
    `Sophia at ${publicUrl}`,
  ]
  return { subject: `Sophia: ${subject}`, text: lines.join('\n') }
}
