import { SkillRun } from '#contract/personas.ts'
import { renderFigures } from '#domain/playbook/render-outcome.ts'
import type { SkillOutcome } from '#domain/skill.ts'

/** A skill's outcome as the outside sees it, its figures in words beside them. */
export function presentRun(outcome: SkillOutcome): SkillRun {
  if (outcome.kind !== 'result') return SkillRun.parse(outcome)
  const { result } = outcome
  return SkillRun.parse({ kind: 'result', result: { ...result, text: renderFigures(result.skill, result.figures) } })
}
