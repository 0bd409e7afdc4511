import { thresholdOf } from '#domain/alerts/condition.ts'
import type { Readings } from '#domain/alerts/evaluate-rule.ts'
import { judgeRound, tellRound, type Judged, type KnownAlert, type Limits } from '#domain/alerts/judge-round.ts'
import { renderMessage } from '#domain/alerts/render-message.ts'
import type { AlertRule } from '#domain/alerts/rule.ts'
import { ALERT_RULES, findRule } from '#domain/alerts/rules.ts'
import { isSilencedBy } from '#domain/alerts/silence.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import {
  dropPending,
  listActive,
  noteTold,
  storeActive,
  storeResolved,
  takeRound,
  type StoredAlert,
} from './alerts-store.ts'
import { openChannels } from './channels.ts'
import { sumSpans, type Sums } from './counts-store.ts'
import { storeMessage } from './messages-store.ts'
import { listReplicas, type ReplicaRow } from './replicas-store.ts'
import { listSilences } from './silences-store.ts'
import type { WatchNeeds } from './watch-needs.ts'

/** Threshold and time of a rule as the calendar has them now. */
export function limitsOf({ calendarNumber }: Pick<WatchNeeds, 'calendarNumber'>, rule: AlertRule): Limits {
  const base = thresholdOf(rule.condition)
  return {
    threshold: calendarNumber(`alerts.${rule.id}.threshold`, base),
    forMs: calendarNumber(`alerts.${rule.id}.for`, rule.forSeconds * 1000),
  }
}

const SPANS = ALERT_RULES.flatMap(({ condition }) =>
  condition.kind === 'burn' ? [condition.longSeconds, condition.shortSeconds] : [],
)
const SHORT_SPANS = [...new Set(SPANS.filter((seconds) => seconds <= 3600))]
const LONG_SPANS = [...new Set(SPANS.filter((seconds) => seconds > 3600))]
/** Hours and days say nothing new within a minute, and are dear to sum. */
const LONG_EVERY_MS = 60_000

export type JudgeRules = () => Promise<void>

/**
 * One round over all rules, of one process of all: alerts begin, fire and are resolved, and what is to be said of it is written in the
 * same transaction. Nothing is told twice, whoever judges next.
 */
export function createJudge(needs: WatchNeeds): JudgeRules {
  let long: { readonly atMs: number; readonly sums: Sums } | null = null
  const readings = async (handle: Handle, now: Date): Promise<Readings> => {
    if (!long || Math.abs(now.getTime() - long.atMs) >= LONG_EVERY_MS)
      long = { atMs: now.getTime(), sums: await sumSpans(handle, LONG_SPANS, now) }
    const longSums = long.sums
    const short = await sumSpans(handle, SHORT_SPANS, now)
    const values = valuesOf(await listReplicas(handle, now))
    return {
      counts: (objective, seconds) => (seconds > 3600 ? longSums : short).get(objective)?.get(seconds),
      values: (ruleId) => values.get(ruleId) ?? new Map(),
    }
  }
  return () =>
    needs.database.inTransaction(async (handle) => {
      const now = await needs.moment(handle)
      if (!(await takeRound(handle, needs.replica, now))) return
      const measured = await readings(handle, now)
      await moveAlerts({ ...needs, handle, now }, measured)
    })
}

/** By rule and subject, one value of each replica that is heard of. */
function valuesOf(replicas: readonly ReplicaRow[]): Map<string, Map<string, number[]>> {
  const values = new Map<string, Map<string, number[]>>()
  for (const { signals } of replicas.filter(({ is_silent: isSilent }) => !isSilent))
    for (const [ruleId, subjects] of Object.entries(signals)) {
      const ofRule = values.get(ruleId) ?? new Map<string, number[]>()
      values.set(ruleId, ofRule)
      for (const [subject, value] of Object.entries(subjects))
        ofRule.set(subject, [...(ofRule.get(subject) ?? []), value])
    }
  return values
}

type Round = WatchNeeds & { readonly handle: Handle; readonly now: Date }

/** An alert with its row. */
type Known = KnownAlert & { readonly id: string }
type Moved = Judged<Known> & { readonly id: string }

async function moveAlerts(round: Round, readings: Readings): Promise<void> {
  const { handle, now } = round
  const active = await listActive(handle)
  const moved: Moved[] = judgeRound({
    rules: ALERT_RULES,
    known: active.map(toKnown),
    readings,
    limitsOf: (rule) => limitsOf(round, rule),
    nowMs: now.getTime(),
  }).map((one) => ({ ...one, id: one.known?.id ?? createId(now.getTime()) }))
  for (const one of moved)
    // Each change is its own row; there are few.
    // oxlint-disable-next-line no-await-in-loop
    await storeStep(round, one)
  // A rule that is no more leaves nothing that would stay for ever.
  for (const { id } of active.filter(({ ruleId }) => !findRule(ruleId)))
    // oxlint-disable-next-line no-await-in-loop
    await storeResolved(handle, id, now)
  await tell(round, moved)
}

async function storeStep({ handle, now }: Round, { id, next, change, tellable }: Moved): Promise<void> {
  const { rule, subject } = tellable
  if (next) await storeActive(handle, { id, ruleId: rule.id, subject }, next)
  else if (change === 'resolved') await storeResolved(handle, id, now)
  else if (change === 'dropped') await dropPending(handle, id)
}

function toKnown({ id, ruleId, subject, isTold, toldBy, ...stored }: StoredAlert): Known {
  return {
    id,
    ruleId,
    subject,
    isTold,
    toldBy,
    state: stored.state === 'firing' ? 'firing' : 'pending',
    sinceMs: stored.since.getTime(),
    firedAtMs: stored.firedAt?.getTime() ?? null,
    clearSinceMs: stored.clearSince?.getTime() ?? null,
    value: stored.value,
  }
}

async function tell(round: Round, moved: readonly Moved[]): Promise<void> {
  const { handle, now, publicUrl } = round
  const silences = await listSilences(handle, now)
  const telling = tellRound(moved, (ruleId, subject) => isSilencedBy(silences, ruleId, subject))
  const channels = openChannels(round)
  const writes = telling.messages.flatMap((message) => {
    const { subject, text } = renderMessage(message, publicUrl)
    return channels.map((channel) => ({ id: createId(now.getTime()), channel, subject, body: text, now }))
  })
  for (const message of writes)
    // oxlint-disable-next-line no-await-in-loop
    await storeMessage(handle, message)
  // Without a way nobody is told, and it is told once there is one.
  if (channels.length === 0) return
  await noteTold(
    handle,
    telling.told.map(({ id }) => id),
    { by: null, now },
  )
  for (const { one, by } of telling.spokenFor)
    // oxlint-disable-next-line no-await-in-loop
    await noteTold(handle, [one.id], { by, now })
}
