import type { AlertReport } from '#contract/watch.ts'
import { thresholdOf } from '#domain/alerts/condition.ts'
import { quietReason } from '#domain/alerts/plan-messages.ts'
import { sayAlert } from '#domain/alerts/render-message.ts'
import type { AlertRule } from '#domain/alerts/rule.ts'
import { ALERT_RULES, findRule } from '#domain/alerts/rules.ts'
import { isSilencedBy } from '#domain/alerts/silence.ts'
import { findRound, listActive, listResolved, type StoredAlert } from './alerts-store.ts'
import { openChannels } from './channels.ts'
import { limitsOf } from './judge-rules.ts'
import { listReplicas } from './replicas-store.ts'
import { listSilences, type Silence } from './silences-store.ts'
import type { WatchNeeds } from './watch-needs.ts'

const RECENT = 50

/** Every rule with its state, who is told of it, and what to do. */
export async function listAlerts(needs: WatchNeeds): Promise<AlertReport> {
  const read = await needs.database.inSnapshot(async (handle) => {
    const now = await needs.moment(handle)
    return {
      now,
      round: await findRound(handle),
      active: await listActive(handle),
      resolved: await listResolved(handle, RECENT),
      silences: await listSilences(handle, now),
      replicas: await listReplicas(handle, now),
    }
  })
  const wasJudged = read.round !== undefined && read.round.judged_at.getTime() > 0
  const present = presenter(needs, read)
  return {
    measuredAt: read.now.toISOString(),
    judgedAt: wasJudged ? (read.round?.judged_at.toISOString() ?? null) : null,
    judgedBy: wasJudged ? (read.round?.judged_by ?? null) : null,
    channels: openChannels(needs),
    replicas: read.replicas.map((row) => ({
      replica: row.replica,
      address: row.address,
      version: row.version,
      startedAt: row.started_at.toISOString(),
      seenAt: row.seen_at.toISOString(),
      state: row.is_silent ? ('silent' as const) : ('alive' as const),
    })),
    rules: ALERT_RULES.map((rule) => presentRule(needs, rule, { ...read, present })),
    recent: read.resolved.map((alert) => ({ ...present(alert), rule: alert.ruleId })),
  }
}

type Instance = AlertReport['rules'][number]['alerts'][number]

interface Known {
  readonly active: readonly StoredAlert[]
  readonly silences: readonly Silence[]
}

function presenter(needs: WatchNeeds, { active, silences }: Known): (alert: StoredAlert) => Instance {
  const toTellable = (alert: StoredAlert) => {
    const rule = findRule(alert.ruleId)
    if (!rule) return []
    const { subject, value, isTold } = alert
    return [{ rule, subject, value, threshold: limitsOf(needs, rule).threshold, isTold }]
  }
  const firing = active.filter(({ state }) => state === 'firing').flatMap(toTellable)
  const pending = active.filter(({ state }) => state === 'pending').flatMap((alert) => findRule(alert.ruleId) ?? [])
  const isSilenced = (ruleId: string, subject: string): boolean => isSilencedBy(silences, ruleId, subject)
  return (alert) => {
    const [tellable] = toTellable(alert)
    const quiet = tellable && alert.state !== 'resolved' ? quietReason(tellable, { firing, pending, isSilenced }) : null
    return {
      subject: alert.subject,
      state: alert.state,
      // A version before had a rule that this one has not.
      says: tellable ? sayAlert(tellable) : alert.ruleId,
      value: alert.value,
      since: alert.since.toISOString(),
      firedAt: alert.firedAt?.toISOString() ?? null,
      resolvedAt: alert.resolvedAt?.toISOString() ?? null,
      isTold: alert.isTold,
      isSilenced: quiet?.kind === 'silenced',
      causedBy: quiet?.kind === 'caused' ? quiet.by : null,
    }
  }
}

function presentRule(
  needs: WatchNeeds,
  rule: AlertRule,
  { active, silences, present }: Known & { readonly present: (alert: StoredAlert) => Instance },
): AlertReport['rules'][number] {
  const { id, says, severity, group, unit, causes, runbook, condition } = rule
  const { threshold, forMs } = limitsOf(needs, rule)
  const alerts = active.filter(({ ruleId }) => ruleId === id)
  const isFiring = alerts.some(({ state }) => state === 'firing')
  return {
    id,
    says,
    severity,
    group,
    threshold,
    baseThreshold: thresholdOf(condition),
    unit,
    forSeconds: forMs / 1000,
    causes: [...causes],
    runbook: [...runbook],
    state: isFiring ? 'firing' : alerts.length > 0 ? 'pending' : 'inactive',
    alerts: alerts.map(present),
    silences: silences
      .filter((silence) => silence.rule === id)
      .map(({ subject, until, reason, by }) => ({ subject, until: until.toISOString(), reason, by })),
  }
}
