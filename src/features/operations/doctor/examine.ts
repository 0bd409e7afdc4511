import type { Clock } from '#domain/clock.ts'
import { failing, unknown, type CheckResult, type Finding } from '#domain/doctor/finding.ts'

/** One thing to look at. */
export interface Check {
  readonly id: string
  /** Settings it goes by: with a fault in one of them there is nothing to look at. */
  readonly settings?: readonly string[]
  /** What it rejects with is told as a failure. */
  look(): Promise<Finding> | Finding
}

export interface ExamineNeeds {
  readonly clock: Clock
  /** For each check; all run side by side. */
  readonly limitMs: number
  /** Names of settings with a fault. */
  readonly faulty: ReadonlySet<string>
  /** The text without secrets. */
  readonly conceal: (text: string) => string
}

/** Looks at everything at once; the answers are in the order of the checks. */
export function examine(checks: readonly Check[], needs: ExamineNeeds): Promise<CheckResult[]> {
  return Promise.all(checks.map((check) => runCheck(check, needs)))
}

async function runCheck(check: Check, needs: ExamineNeeds): Promise<CheckResult> {
  const { clock, conceal } = needs
  const startedMs = clock.monotonicMs()
  const finding = await findingOf(check, needs)
  return {
    id: conceal(check.id),
    status: finding.status,
    detail: conceal(finding.detail),
    fix: finding.fix === null ? null : conceal(finding.fix),
    durationMs: Math.round(clock.monotonicMs() - startedMs),
  }
}

async function findingOf(check: Check, { clock, faulty, limitMs }: ExamineNeeds): Promise<Finding> {
  const fault = check.settings?.find((name) => faulty.has(name))
  if (fault !== undefined) return unknown(`Not looked at: ${fault} has a fault.`, 'Mend it first; see settings.')
  const ended = new AbortController()
  const overrun = clock.sleep(limitMs, ended.signal).then(
    () => failing(`It gave no answer within ${limitMs / 1000} s.`, 'See whether it hangs, then run this again.'),
    // Ended by the answer, which counts then.
    () => new Promise<never>(() => undefined),
  )
  try {
    return await Promise.race([Promise.resolve().then(() => check.look()), overrun])
  } catch (error) {
    return failing(`It could not be looked at: ${reasonOf(error)}`, 'See whether this can be read and reached.')
  } finally {
    ended.abort()
  }
}

/** In words of one line; a host with several addresses fails with several errors in one that has no words. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  const text = error instanceof Error ? error.message || error.name : String(error)
  const line = text.replaceAll(/\s+/g, ' ').trim().slice(0, 300)
  return /[.!?]$/.test(line) ? line : `${line}.`
}
