export interface MailAddress {
  readonly name: string
  readonly email: string
}

export interface Mail {
  readonly to: readonly MailAddress[]
  /** The member in whose name it leaves: answers go there, and it is no automatic mail. */
  readonly replyTo?: MailAddress
  readonly subject: string
  readonly text: string
  readonly html?: string
  /** RFC 8058: one-click end of a subscription. */
  readonly unsubscribeUrl?: string
  /** The same for each try of one mail, so that a receiver can drop a second copy. */
  readonly messageId: string
}

/** Sends mail by SMTP; `null` in its place means that SMTP_URL is not set. */
export interface Mailer {
  /** Rejects with MAIL_FAILED; its `retryable` says whether the server may take it later. */
  send(mail: Mail, signal?: AbortSignal): Promise<void>
  /** Whether the server lets us in, for the health page; it is asked once a minute at most. */
  probe(): Promise<{ readonly ok: boolean; readonly latencyMs: number; readonly detail?: string }>
  close(): void
}
