/** What a persona file says, validated. */
export interface PersonaDefinition {
  /** The file's name without `.md`. */
  readonly id: string
  readonly name: string
  readonly role: string
  readonly tagline: string
  /** A hue of the design: `teal`, `amber`, `violet`, `blue`, `rose` or `slate`. */
  readonly tint: string
  readonly traits: readonly string[]
  /** Situation to style: `deal_review: analytical`. */
  readonly styles: Readonly<Record<string, string>>
  readonly methods: readonly { readonly name: string; readonly summary: string }[]
  readonly goals: readonly string[]
  readonly boundaries: readonly string[]
  /** By hour of the asker's day: `morning`, `day`, `evening`. */
  readonly greetings: Readonly<Record<'morning' | 'day' | 'evening', string>>
  /** Names of skills and tools it may use. */
  readonly skills: readonly string[]
  /** Connections whose tools it may use: an id such as `crm`, one tool such as `crm__search`, or `*` for all. */
  readonly tools: readonly string[]
  /** Questions offered on an empty page. */
  readonly suggestions: readonly string[]
  /** Overrides SOPHIA_MODEL for this persona; null follows the deployment. */
  readonly model: string | null
  /** The Markdown body: who this is, in prose. */
  readonly profile: string
}

/** A persona as it is in force now. `version` is the first 12 hex digits of its content hash; each answer records it. */
export interface ActivePersona {
  readonly id: string
  readonly version: string
  readonly definition: PersonaDefinition
}
