import { BURN_RULES } from './burn-rules.ts'
import { PART_RULES } from './part-rules.ts'
import type { AlertRule } from './rule.ts'
import { WORK_RULES } from './work-rules.ts'

/** Every alert there is: judged in the process, rendered for Prometheus, drawn on the dashboard, listed in the documents. */
export const ALERT_RULES: readonly AlertRule[] = [...PART_RULES, ...WORK_RULES, ...BURN_RULES]

const BY_ID = new Map(ALERT_RULES.map((rule) => [rule.id, rule]))

export function findRule(id: string): AlertRule | undefined {
  return BY_ID.get(id)
}
