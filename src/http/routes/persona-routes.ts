import { z } from 'zod'
import {
  Persona,
  PersonaActivated,
  PersonaActivation,
  PersonaList,
  PersonaSummary,
  PersonaVersionPage,
  SkillRun,
} from '#contract/personas.ts'
import { SophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import type { PersonaDefinition } from '#domain/persona.ts'
import type { Skill } from '#domain/skill.ts'
import type { Calendar } from '#features/calendar/index.ts'
import type { PersonaOverview, Personas } from '#features/personas/index.ts'
import { presentRun } from '../present-run.ts'
import { defineRoute, type Route } from '../route.ts'

const PersonaId = z.strictObject({ id: z.string().min(1).max(100) })
const SkillOfPersona = z.strictObject({ id: z.string().min(1).max(100), skill: z.string().min(1).max(100) })
/** The hour of the caller's day, for the greeting; without it the one that fits any hour. */
const GreetingQuery = z.strictObject({ hour: z.coerce.number().int().min(0).max(23).optional() })
/** The skill's own schema decides about the fields. */
const SkillInput = z.record(z.string(), z.unknown())
const IdempotencyKey = z.string().regex(/^[\w.:-]{8,100}$/)

interface PersonaRoutesNeeds {
  readonly personas: Personas
  readonly skills: readonly Skill[]
  readonly calendar: Pick<Calendar, 'freezeWarnings'>
}

/** Colleagues, their versions, and their skills run on typed input. */
export function personaRoutes(needs: PersonaRoutesNeeds): Route[] {
  const { personas, skills } = needs
  return [...readRoutes(personas, skills), ...versionRoutes(needs), skillRoute(personas, skills)]
}

function readRoutes(personas: Personas, skills: readonly Skill[]): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/personas',
        summary: 'Colleagues in force',
        access: 'persona:read',
        query: GreetingQuery,
        response: PersonaList,
      },
      async ({ query }) => ({ items: (await personas.list()).map((persona) => presentSummary(persona, query.hour)) }),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/personas/:id',
        summary: 'One colleague with profile and skills',
        access: 'persona:read',
        params: PersonaId,
        query: GreetingQuery,
        response: Persona,
      },
      async ({ params, query, principal }) =>
        presentPersona(await personas.get(params.id), { hour: query.hour, skills, principal }),
    ),
  ]
}

function versionRoutes({ personas, skills, calendar }: PersonaRoutesNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/personas/:id/versions',
        summary: 'Versions of a colleague, newest first, as differences from the one in force',
        access: 'persona:read',
        params: PersonaId,
        response: PersonaVersionPage,
      },
      async ({ params }) => {
        const versions = await personas.versions(params.id)
        return {
          items: versions.map((version) => ({ ...version, createdAt: version.createdAt.toISOString() })),
          nextCursor: null,
        }
      },
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/personas/:id/activate',
        summary: "Put a stored version in force; another than the file's is pinned until the file is saved",
        access: 'persona:activate',
        params: PersonaId,
        body: PersonaActivation,
        response: PersonaActivated,
      },
      async ({ params, body, principal, correlationId }) => {
        const active = await personas.activate({ id: params.id, version: body.version, principal, correlationId })
        const shown = presentPersona(active, { hour: undefined, skills, principal })
        return { ...shown, warnings: [...calendar.freezeWarnings()] }
      },
    ),
  ]
}

function skillRoute(personas: Personas, skills: readonly Skill[]): Route {
  return defineRoute(
    {
      method: 'POST',
      path: '/api/personas/:id/skills/:skill',
      needsRoom: false,
      summary: 'Run a skill of a colleague on typed input',
      access: 'skill:run',
      params: SkillOfPersona,
      body: SkillInput,
      response: SkillRun,
    },
    async ({ params, body, principal, signal, request, reply }) => {
      const persona = await personas.get(params.id)
      const skill = skills.find((candidate) => candidate.name === params.skill)
      if (!skill || !persona.definition.skills.includes(skill.name)) throw new SophiaError('SKILL_NOT_FOUND')
      if (!can(principal, skill.action)) throw new SophiaError('NOT_PERMITTED')
      const idempotencyKey = keyOf(request.headers['idempotency-key'], principal)
      const outcome = await skill.run({
        principal,
        input: skill.parse(body),
        signal,
        onOrigin: (origin, ageSeconds) => void reply.header('x-sophia-cache', `${origin}; age=${ageSeconds}`),
        ...(idempotencyKey ? { idempotencyKey } : {}),
      })
      // The contract's own copy: its arrays are mutable, the domain's are not.
      return presentRun(outcome)
    },
  )
}

/** A caller's key counts for that caller only; without one each request is a new deed. */
function keyOf(header: unknown, principal: Principal): string | undefined {
  if (header === undefined) return undefined
  const key = IdempotencyKey.safeParse(header)
  if (!key.success)
    throw new SophiaError('INVALID_INPUT', {
      detail: 'The Idempotency-Key header takes 8 to 100 letters, digits, ".", ":", "_" or "-".',
    })
  return `${principal.memberId}:${key.data}`
}

function presentSummary(
  { id, version, definition, isPinned, fileVersion, fault }: PersonaOverview,
  hour?: number,
): z.input<typeof PersonaSummary> {
  const { name, role, tagline, tint, suggestions } = definition
  const greeting = greetingAt(definition, hour)
  return {
    id,
    name,
    role,
    tagline,
    greeting,
    tint,
    version,
    isPinned,
    fileVersion,
    fault,
    suggestions: [...suggestions],
  }
}

function greetingAt({ greetings }: PersonaDefinition, hour: number | undefined): string {
  if (hour === undefined) return greetings.day
  if (hour >= 17 || hour < 4) return greetings.evening
  return hour < 11 ? greetings.morning : greetings.day
}

interface Viewing {
  readonly hour: number | undefined
  readonly skills: readonly Skill[]
  readonly principal: Principal
}

function presentPersona(persona: PersonaOverview, { hour, skills, principal }: Viewing): z.input<typeof Persona> {
  const { definition } = persona
  return {
    ...presentSummary(persona, hour),
    traits: [...definition.traits],
    styles: { ...definition.styles },
    methods: definition.methods.map((method) => ({ ...method })),
    goals: [...definition.goals],
    boundaries: [...definition.boundaries],
    skills: definition.skills.flatMap((name) => {
      const skill = skills.find((candidate) => candidate.name === name)
      return skill
        ? [{ name, title: skill.title, description: skill.description, isAvailable: can(principal, skill.action) }]
        : []
    }),
    model: definition.model,
    profile: definition.profile,
  }
}
