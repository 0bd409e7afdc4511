import { z } from 'zod'
import { Instant, Money, PageQuery, Uuid, pageOf } from './common.ts'
import { Freshness } from './sync.ts'

export const RoleName = z.enum(['owner', 'admin', 'lead', 'member', 'viewer'])
export const RowScopeName = z.enum(['own', 'team', 'all'])

/** One-time link token; for the first owner also who they are. */
export const SignIn = z.strictObject({
  token: z.string().min(20).max(200),
  email: z.email().max(320).optional(),
  name: z.string().trim().min(1).max(200).optional(),
})
/** `POST /api/session/link`: what a link is for, without using it up. */
export const LinkToken = z.strictObject({ token: z.string().min(20).max(200) })
export const LinkInfo = z.strictObject({
  kind: z.enum(['owner', 'invitation', 'sign-in']),
  email: z.string().nullable(),
  name: z.string().nullable(),
})
export type LinkInfo = z.infer<typeof LinkInfo>

export const Me = z.strictObject({
  memberId: Uuid,
  email: z.string(),
  name: z.string(),
  role: RoleName,
  rowScope: RowScopeName,
  teamId: Uuid.nullable(),
  repId: z.string().nullable(),
  actions: z.array(z.string()),
  limits: z.strictObject({ dailyBudget: Money.nullable(), spentToday: Money }),
  /** What the deployment holds, so that the first screen can offer the right thing. */
  company: z.strictObject({
    hasData: z.boolean(),
    isSample: z.boolean(),
    model: z.string(),
    /** Of what is kept in step with other systems: how old it is. */
    sources: z.array(Freshness),
  }),
})
export type Me = z.infer<typeof Me>

export const Member = z.strictObject({
  id: Uuid,
  email: z.string(),
  name: z.string(),
  role: RoleName,
  rowScope: RowScopeName,
  status: z.enum(['invited', 'active', 'suspended']),
  teamId: Uuid.nullable(),
  repId: z.string().nullable(),
  createdAt: Instant,
  lastSeenAt: Instant.nullable(),
})
export type Member = z.infer<typeof Member>
export const MemberPage = pageOf(Member)
export const NewMember = z.strictObject({
  email: z.email().max(320),
  name: z.string().trim().min(1).max(200),
  role: RoleName.default('member'),
  rowScope: RowScopeName.default('own'),
  teamId: Uuid.nullable().default(null),
  repId: z.string().max(200).nullable().default(null),
})
/** The link is shown once; nobody can read it again. */
export const Invitation = z.strictObject({ member: Member, link: z.string(), expiresAt: Instant })
export type Invitation = z.infer<typeof Invitation>
/** Body of `POST /api/invitations`: a fresh link for a member who is there already. */
export const NewInvitation = z.strictObject({ memberId: Uuid })
export const MemberChange = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  role: RoleName.optional(),
  rowScope: RowScopeName.optional(),
  status: z.enum(['active', 'suspended']).optional(),
  teamId: Uuid.nullable().optional(),
  repId: z.string().max(200).nullable().optional(),
})

export const Team = z.strictObject({ id: Uuid, name: z.string(), manager: z.string().nullable(), memberCount: z.int() })
export type Team = z.infer<typeof Team>
export const TeamList = z.strictObject({ items: z.array(Team) })
export const NewTeam = z.strictObject({
  name: z.string().trim().min(1).max(200),
  manager: z.string().trim().max(200).nullable().default(null),
})

export const ApiKey = z.strictObject({
  id: Uuid,
  name: z.string(),
  prefix: z.string(),
  memberId: Uuid,
  memberName: z.string(),
  actions: z.array(z.string()).nullable(),
  createdAt: Instant,
  expiresAt: Instant.nullable(),
  lastUsedAt: Instant.nullable(),
  revokedAt: Instant.nullable(),
})
export type ApiKey = z.infer<typeof ApiKey>
export const ApiKeyPage = pageOf(ApiKey)
export const NewApiKey = z.strictObject({
  name: z.string().trim().min(1).max(200),
  actions: z.array(z.string()).min(1).nullable().default(null),
  expiresInDays: z.int().min(1).max(3650).nullable().default(null),
})
/** `secret` is shown once. */
export const CreatedApiKey = z.strictObject({ key: ApiKey, secret: z.string() })
export type CreatedApiKey = z.infer<typeof CreatedApiKey>

export const AuditEntry = z.strictObject({
  id: Uuid,
  at: Instant,
  actorKind: z.enum(['session', 'key', 'local', 'system']),
  actorName: z.string().nullable(),
  action: z.string(),
  targetKind: z.string().nullable(),
  targetId: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  correlationId: z.string().nullable(),
})
export type AuditEntry = z.infer<typeof AuditEntry>
export const AuditPage = pageOf(AuditEntry)
export const AuditQuery = PageQuery

export const UsageQuery = z.strictObject({ days: z.coerce.number().int().min(1).max(366).default(30) })
export const UsageReport = z.strictObject({
  from: z.iso.date(),
  to: z.iso.date(),
  rows: z.array(
    z.strictObject({
      day: z.iso.date(),
      memberName: z.string().nullable(),
      persona: z.string().nullable(),
      provider: z.string(),
      model: z.string(),
      answers: z.int(),
      inputTokens: z.int(),
      cachedInputTokens: z.int(),
      outputTokens: z.int(),
      cost: Money.nullable(),
    }),
  ),
  total: z.strictObject({ cost: Money, answers: z.int(), unpricedAnswers: z.int() }),
})
export type UsageReport = z.infer<typeof UsageReport>
export const Budgets = z.strictObject({
  deploymentDaily: Money.nullable(),
  memberDaily: Money.nullable(),
  spentToday: Money,
  reservedNow: Money,
})
export type Budgets = z.infer<typeof Budgets>
export const BudgetChange = z.strictObject({
  deploymentDailyUsd: z.number().min(0).nullable(),
  memberDailyUsd: z.number().min(0).nullable(),
})
