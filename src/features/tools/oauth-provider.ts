import type { Clock } from '#domain/clock.ts'
import { isPassing, SophiaError } from '#domain/errors.ts'
import { missingScope, joinScopes } from '#domain/mcp/scope.ts'
import type { Log } from '#platform/log/log.ts'
import { OAuthFault } from '#platform/mcp-client/oauth-fault.ts'
import { renewGrant, type Grant } from '#platform/mcp-client/oauth-grant.ts'
import { ScopeRefusal, scopeChallenge, type CredentialSource } from '#platform/mcp-client/scope-refusal.ts'
import { SignInNeeded } from '#platform/mcp-client/sign-in-needed.ts'
import { SignInUnread } from '#platform/mcp-client/sign-in-unread.ts'
import { finalWords, standingWords, widerWords, type CredentialStanding } from './credential-words.ts'
import { leaseCredential, releaseCredential, type CredentialKey, type CredentialLease } from './credentials-store.ts'
import { noteWanted, readGrant, storeEnd, storeRenewal, type CredentialNeeds, type Held } from './credentials.ts'
import { revokeUnheld } from './revoke-sign-ins.ts'
import type { ServerDefinition } from './server-definition.ts'
import { deleteClient } from './sign-ins-store.ts'

/** Puts the credentials of one member, or of everybody, on requests to one server. Never sends anybody anywhere to sign in. */
export interface CredentialProvider extends CredentialSource {
  /**
   * Undefined: the request goes without, and the server says what it thinks of that. Throws SignInUnread when that cannot be known for now.
   */
  token(): Promise<string | undefined>
  /**
   * The server refused: with a newer token the request is sent once more, else this throws SignInNeeded, or ScopeRefusal
   * when the server wants a wider sign-in than this one, or SignInUnread.
   */
  onUnauthorized(refusal: { readonly response: Response }): Promise<void>
  /** Remembers what the server wants, unless the sign-in has it. */
  refusalOf(scope: string | undefined): Promise<Error>
  standing(): CredentialStanding
  /** What the server wants and the sign-in lacks, as last seen here; null: nothing. */
  wantedScope(): string | null
  /** Reads how they stand without asking anybody. */
  look(): Promise<void>
}

interface ProviderNeeds extends CredentialNeeds {
  readonly clock: Clock
  readonly log: Log
}

interface Whose {
  readonly definition: ServerDefinition
  readonly memberId: string | null
  readonly fetch: typeof fetch
}

/** None for servers without sign-in, and none of a member's for the house itself. */
export function createCredentialProvider(needs: ProviderNeeds, whose: Whose): CredentialProvider | undefined {
  const { credentials } = whose.definition
  const isWanted = credentials === 'shared' || (credentials === 'member' && whose.memberId !== null)
  if (!isWanted) return undefined
  const memberId = credentials === 'shared' ? null : whose.memberId
  const wallet = new Wallet(needs, { ...whose, memberId })
  return {
    token: () => wallet.token(),
    onUnauthorized: ({ response }) => wallet.takeRefusal(response),
    refusalOf: (scope) => wallet.refusalOf(scope),
    standing: () => wallet.standing,
    wantedScope: () => wallet.wantedScope(),
    look: () => wallet.look(),
  }
}

/** Longer than an authorization server may take to answer. */
const LEASE_SECONDS = 20
const WAIT_MS = 25_000
const POLL_MS = 50
const SAVE_PAUSE_MS = 250
/** For ten minutes. */
const SAVE_TRIES = 2400
const MARGIN_MS = 30_000
const EXPIRING_MS = 300_000
/** A token this new that is refused is not made better by another. */
const NEW_MS = 5000

/** What a renewal is refused with for good; anything else may pass. */
const FINAL: ReadonlySet<OAuthFault['reason']> = new Set(['refused', 'scope_refused', 'client_unknown'])

class Wallet {
  standing: CredentialStanding = 'none'
  readonly #needs: ProviderNeeds
  readonly #whose: Whose
  #fault = ''
  #last: Held | null = null
  /** Renewed, and not yet stored: the database was away at that moment, and the old refresh token is spent. */
  #unsaved: Held | null = null
  #sent: string | undefined
  #renewing: Promise<Grant | null> | null = null
  /** How often something more was wanted: what was read before the newest of these is older than what is known. */
  #wants = 0

  constructor(needs: ProviderNeeds, whose: Whose) {
    this.#needs = needs
    this.#whose = whose
  }

  async token(): Promise<string | undefined> {
    const held = await this.#read()
    const grant = held && this.#isDue(held.grant) ? await this.#renewDue(held) : held?.grant
    this.#sent = grant?.accessToken
    return this.#sent
  }

  async takeRefusal(answer: Response): Promise<void> {
    // Nothing was sent, and why is known from the moment it was looked for.
    if (this.#sent === undefined) throw new SignInNeeded(this.#explain())
    const held = await this.#read()
    if (held === null) throw new SignInNeeded(this.#explain())
    // Another request has brought a newer one meanwhile.
    if (held.grant.accessToken !== this.#sent) return
    const { scope, isInvalid } = scopeChallenge(answer)
    // Only beside what is known to be held can it be told that a server wants more; many name a scope whatever is amiss.
    const isNarrow = held.grant.scope !== null && missingScope(joinScopes(scope), held.grant.scope) !== null
    if (isNarrow && !isInvalid) throw await this.refusalOf(scope)
    if (this.#now() - Date.parse(held.grant.obtainedAt) < NEW_MS) return
    if (held.grant.refreshToken !== null && (await this.#renew(held)) !== null) return
    throw isNarrow ? await this.refusalOf(scope) : new SignInNeeded(this.#explain())
  }

  async refusalOf(named: string | undefined): Promise<Error> {
    const held = await this.#read()
    if (held === null) return new SignInNeeded(this.#explain())
    // What was sent to a server may come back in its words; it is neither repeated nor kept.
    const isEcho = named?.includes(held.grant.accessToken) === true
    const wanted = isEcho ? null : joinScopes(named)
    const missing = missingScope(wanted, held.grant.scope)
    if (missing === null) return new ScopeRefusal(finalWords(wanted), { isHeld: true })
    await this.#want(held, missing)
    return new ScopeRefusal(widerWords(missing, { isShared: this.#isShared }), { isHeld: false })
  }

  wantedScope(): string | null {
    return this.#last && missingScope(this.#last.wanted, this.#last.grant.scope)
  }

  async look(): Promise<void> {
    await this.#read().catch((error: unknown) => {
      // It stands as it did.
      if (!(error instanceof SignInUnread)) throw error
    })
  }

  async #want(held: Held, scope: string): Promise<void> {
    const { definition } = this.#whose
    const { serverUrl } = held.grant
    if (missingScope(scope, held.wanted) !== null) {
      const { log } = this.#needs
      log.info({ server: definition.id, scope }, 'an MCP server wants a wider sign-in')
      // Should this fail, the next call that is refused stores it.
      await noteWanted(this.#needs, this.#key(), { serverUrl, scope }).catch((error: unknown) =>
        log.warn({ error, server: definition.id }, 'what an MCP server wants could not be stored'),
      )
    }
    this.#wants += 1
    this.#last = { ...held, wanted: joinScopes(held.wanted, scope) }
    this.standing = 'narrow'
  }

  async #read(): Promise<Held | null> {
    try {
      await this.#saveUnsaved()
      const found = await this.#readNewest()
      this.#last = typeof found === 'string' ? null : found
      this.standing = typeof found === 'string' ? found : this.#standingOf(found)
      return this.#last
    } catch (error) {
      // While the database is away or has no ear, what was read last still holds.
      if (this.#last !== null && isPassing(error)) return this.#unsaved ?? this.#last
      this.#fail(error)
      return null
    }
  }

  async #readNewest(): ReturnType<typeof readGrant> {
    const { definition, memberId } = this.#whose
    while (true) {
      const wants = this.#wants
      const found = await readGrant(this.#needs, definition, memberId)
      if (wants === this.#wants) return found
    }
  }

  #standingOf({ grant: { refreshToken, expiresAt, scope }, wanted }: Held): CredentialStanding {
    if (missingScope(wanted, scope) !== null) return 'narrow'
    const isEnding = expiresAt !== null && Date.parse(expiresAt) - this.#now() < EXPIRING_MS
    return refreshToken === null && isEnding ? 'expiring' : 'held'
  }

  /** Before it ends, so that no request is sent in vain: half a minute, or a quarter of a short life. */
  #isDue({ obtainedAt, expiresAt }: Grant): boolean {
    if (expiresAt === null) return false
    const endMs = Date.parse(expiresAt)
    return this.#now() >= endMs - Math.min(MARGIN_MS, (endMs - Date.parse(obtainedAt)) / 4)
  }

  #isOver({ expiresAt }: Grant): boolean {
    return expiresAt !== null && this.#now() >= Date.parse(expiresAt)
  }

  async #renewDue(held: Held): Promise<Grant | null> {
    const { grant } = held
    const renewed =
      grant.refreshToken === null
        ? null
        : await this.#renew(held).catch((error: unknown) => {
            // What still holds is sent.
            if (this.#isOver(grant)) throw error
            return null
          })
    if (renewed !== null) return renewed
    if (!this.#isOver(grant) && this.standing !== 'refused') {
      this.standing = 'expiring'
      return grant
    }
    if (grant.refreshToken === null) this.standing = 'refused'
    return null
  }

  /** However many requests want it at once: one renewal, in all processes. */
  #renew(held: Held): Promise<Grant | null> {
    this.#renewing ??= this.#renewOnce(held)
      .catch((error: unknown) => {
        this.#fail(error)
        return null
      })
      .finally(() => {
        this.#renewing = null
      })
    return this.#renewing
  }

  async #renewOnce(held: Held): Promise<Grant | null> {
    const { clock, database } = this.#needs
    const { version } = held
    const deadlineMs = clock.monotonicMs() + WAIT_MS
    while (clock.monotonicMs() < deadlineMs) {
      const wanted = { version, seconds: LEASE_SECONDS }
      const lease = await database.read((handle) => leaseCredential(handle, this.#key(), wanted))
      if (lease) return this.#renewLeased(held, lease)
      const now = await this.#read()
      if (now === null || now.version !== version) return now?.grant ?? null
      await clock.sleep(POLL_MS)
    }
    throw new OAuthFault('unreachable', 'Another process has been renewing the sign-in for too long.')
  }

  async #renewLeased({ grant, version, wanted }: Held, lease: CredentialLease): Promise<Grant | null> {
    const { clock, database } = this.#needs
    const { refreshToken } = grant
    if (refreshToken === null) return null
    let renewed: Grant
    try {
      renewed = await renewGrant({ ...grant, refreshToken }, { fetch: this.#whose.fetch, now: clock.now() })
    } catch (error) {
      if (error instanceof OAuthFault && FINAL.has(error.reason)) return this.#takeEnd(error, lease)
      await database.read((handle) => releaseCredential(handle, this.#key(), lease))
      throw error
    }
    this.#unsaved = { grant: renewed, version, wanted }
    this.#last = this.#unsaved
    this.standing = this.#standingOf(this.#unsaved)
    // Somebody who signed in or out meanwhile goes before.
    const isStored = await this.#saveUnsaved().catch(() => {
      void this.#saveLater()
      return true
    })
    if (isStored) return renewed
    const now = await this.#read()
    const { definition, fetch: send } = this.#whose
    // Signed out meanwhile: what was just given is nobody's.
    if (now === null && this.standing === 'none')
      await revokeUnheld(this.#needs.log, { serverId: definition.id, grant: renewed, fetch: send })
    return now?.grant ?? null
  }

  async #takeEnd({ reason }: OAuthFault, lease: CredentialLease): Promise<Grant | null> {
    const { database, log } = this.#needs
    const { id } = this.#whose.definition
    // Refused, perhaps, because another process spent the token meanwhile.
    if (!(await storeEnd(this.#needs, this.#key(), lease))) return (await this.#read())?.grant ?? null
    this.#last = null
    this.standing = 'refused'
    log.warn({ server: id, reason }, 'the sign-in to an MCP server was not renewed; somebody has to sign in again')
    // A client that is no longer known there would be refused at the next sign-in, too.
    if (reason === 'client_unknown') await database.read((handle) => deleteClient(handle, id))
    return null
  }

  async #saveUnsaved(): Promise<boolean> {
    const unsaved = this.#unsaved
    if (unsaved === null) return true
    const isStored = await storeRenewal(this.#needs, this.#key(), unsaved)
    this.#unsaved = null
    return isStored
  }

  /** Before another process finds the old refresh token, which is spent, and spends it again: that would end the sign-in. */
  async #saveLater(): Promise<void> {
    for (let tries = 0; tries < SAVE_TRIES && this.#unsaved !== null; tries += 1) {
      // One try after the other.
      // oxlint-disable-next-line no-await-in-loop
      await this.#needs.clock.sleep(SAVE_PAUSE_MS)
      // The next try, or the next request, stores it.
      // oxlint-disable-next-line no-await-in-loop
      await this.#saveUnsaved().catch(() => undefined)
    }
  }

  /** A fault of the store that passes is thrown: nobody knows how the sign-in stands, so nothing is sent, and it stands as it did. */
  #fail(error: unknown): void {
    if (error instanceof SignInUnread) throw error
    const isTold = error instanceof OAuthFault || error instanceof SophiaError
    const words = isTold ? error.message : 'The sign-in could not be read.'
    const { id } = this.#whose.definition
    this.#needs.log.warn({ server: id, words }, 'the sign-in to an MCP server could not be used')
    if (error instanceof SophiaError && isPassing(error)) throw new SignInUnread(error)
    this.standing = 'failing'
    this.#fault = words
  }

  #explain(): string {
    return standingWords(this.standing, { isShared: this.#isShared, fault: this.#fault })
  }

  get #isShared(): boolean {
    return this.#whose.memberId === null
  }

  #key(): CredentialKey {
    return { serverId: this.#whose.definition.id, memberId: this.#whose.memberId }
  }

  #now(): number {
    return this.#needs.clock.now().getTime()
  }
}
