/** What a server's certificate says of itself. */
export interface CertificateFacts {
  readonly notBefore: Date
  readonly notAfter: Date
  /** The names it is good for, as written in it: `sophia.example.com`, `*.example.com`, `127.0.0.1`. */
  readonly names: readonly string[]
  /** Who vouches for it, for people. */
  readonly issuer: string
}

export interface CertificateJudgement {
  /** `down`: browsers refuse it. */
  readonly state: 'ok' | 'degraded' | 'down'
  /** For people; the days that are left stand in it. */
  readonly detail: string
  /** Share of the time for renewing it that has passed: 0 before it is due, 1 when it ends, more afterwards. */
  readonly renewalUsed: number
}

const DAY_MS = 86_400_000
/** Time to renew it and to notice that this failed. Those that live for days only are renewed in their last third. */
const RENEWAL_MS = 21 * DAY_MS
const RENEWAL_SHARE = 1 / 3

/** From when on it is to be renewed: 21 days before its end, or that share of a shorter life. */
export function renewalBegins({ notAfter, notBefore }: CertificateFacts, share = RENEWAL_SHARE): Date {
  const lifeMs = notAfter.getTime() - notBefore.getTime()
  return new Date(notAfter.getTime() - Math.min(RENEWAL_MS, lifeMs * share))
}

/** Says how a certificate stands at a moment. */
export function judgeCertificate(facts: CertificateFacts, now: Date, share = RENEWAL_SHARE): CertificateJudgement {
  const leftMs = facts.notAfter.getTime() - now.getTime()
  const renewalMs = facts.notAfter.getTime() - renewalBegins(facts, share).getTime()
  const renewalUsed = Math.max(0, 1 - leftMs / renewalMs)
  const whose = `For ${facts.names.join(', ') || 'no name'}, by ${facts.issuer}.`
  if (now < facts.notBefore) {
    const detail = `The certificate holds from ${dayOf(facts.notBefore)} on only: look at the clock of this machine. ${whose}`
    return { state: 'down', detail, renewalUsed }
  }
  if (leftMs <= 0) {
    const detail = `The certificate ended on ${dayOf(facts.notAfter)} and browsers refuse it: renew it. ${whose}`
    return { state: 'down', detail, renewalUsed }
  }
  const left = `${leftOf(leftMs)} left, until ${dayOf(facts.notAfter)}.`
  if (renewalUsed > 0) return { state: 'degraded', detail: `${left} Renew the certificate. ${whose}`, renewalUsed }
  return { state: 'ok', detail: `${left} ${whose}`, renewalUsed }
}

function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10)
}

/** Whole days, or on the last one whole hours: never more than there is. */
function leftOf(leftMs: number): string {
  const days = Math.floor(leftMs / DAY_MS)
  if (days >= 1) return days === 1 ? '1 day' : `${days} days`
  const hours = Math.floor((leftMs * 24) / DAY_MS)
  return hours === 1 ? '1 hour' : `${hours} hours`
}
