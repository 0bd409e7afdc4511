import { z } from 'zod'
import { Instant, pageOf } from './common.ts'

export const PersonaSummary = z.strictObject({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  tagline: z.string(),
  greeting: z.string(),
  tint: z.string(),
  version: z.string(),
  isPinned: z.boolean(),
  /** Of the file on disk when it differs from what is in force, or its fault when it cannot be read. */
  fileVersion: z.string().nullable(),
  fault: z.strictObject({ file: z.string(), line: z.int().nullable(), reason: z.string() }).nullable(),
  suggestions: z.array(z.string()),
})
export type PersonaSummary = z.infer<typeof PersonaSummary>
export const PersonaList = z.strictObject({ items: z.array(PersonaSummary) })

export const Persona = PersonaSummary.extend({
  traits: z.array(z.string()),
  styles: z.record(z.string(), z.string()),
  methods: z.array(z.strictObject({ name: z.string(), summary: z.string() })),
  goals: z.array(z.string()),
  boundaries: z.array(z.string()),
  skills: z.array(
    z.strictObject({ name: z.string(), title: z.string(), description: z.string(), isAvailable: z.boolean() }),
  ),
  model: z.string().nullable(),
  profile: z.string(),
})
export type Persona = z.infer<typeof Persona>

/** What is in force now. */
export const PersonaActivated = Persona.extend({
  /** That deploys were frozen when it came into force. */
  warnings: z.array(z.string()),
})

export const PersonaVersion = z.strictObject({
  hash: z.string(),
  createdAt: Instant,
  isActive: z.boolean(),
  isFile: z.boolean(),
  /** Unified diff against the version in force; empty for that one. */
  diff: z.string(),
})
export type PersonaVersion = z.infer<typeof PersonaVersion>
export const PersonaVersionPage = pageOf(PersonaVersion)
export const PersonaActivation = z.strictObject({ version: z.string().min(4).max(64) })

/** Result of `POST /api/personas/:id/skills/:skill`. */
export const EvidenceRef = z.strictObject({ kind: z.string(), id: z.string(), label: z.string() })
export const SkillRun = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('result'),
    result: z.strictObject({
      skill: z.string(),
      asOf: z.iso.date(),
      headline: z.string(),
      coverage: z.strictObject({
        present: z.array(z.string()),
        missing: z.array(z.strictObject({ input: z.string(), remedy: z.string() })),
      }),
      confidence: z.strictObject({
        level: z.enum(['high', 'medium', 'low', 'none']),
        value: z.number(),
        reason: z.string(),
      }),
      caveats: z.array(z.string()),
      evidence: z.array(EvidenceRef),
      nextStep: z
        .strictObject({
          text: z.string(),
          ask: z.strictObject({ persona: z.string(), text: z.string() }).optional(),
          open: EvidenceRef.optional(),
        })
        .nullable(),
      figures: z.record(z.string(), z.unknown()),
      /** The figures in words, as Markdown: the same as in a conversation. */
      text: z.string(),
    }),
  }),
  z.strictObject({ kind: z.literal('choice'), question: z.string(), candidates: z.array(EvidenceRef) }),
  z.strictObject({ kind: z.literal('nothing'), reason: z.string(), remedy: z.string() }),
])
export type SkillRun = z.infer<typeof SkillRun>
