/** Who may do what. The one place that decides; rows are narrowed further in SQL by the principal's row scope. */

export const ROLES = ['owner', 'admin', 'lead', 'member', 'viewer'] as const
export type Role = (typeof ROLES)[number]

export const ROW_SCOPES = ['own', 'team', 'all'] as const
export type RowScope = (typeof ROW_SCOPES)[number]

/** Rows a principal sees: all of them, or those of these reps (and of clients those reps serve). */
export type VisibleReps = { readonly kind: 'all' } | { readonly kind: 'reps'; readonly repIds: readonly string[] }

/** The person (or the key acting for one) behind a request. */
export interface Principal {
  readonly memberId: string
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly rowScope: RowScope
  readonly visible: VisibleReps
  readonly teamId: string | null
  /** The rep or CSM this member is, when linked. */
  readonly repId: string | null
  readonly credential: { readonly kind: 'session' | 'key' | 'local'; readonly id: string }
  /** A key may be narrower than its member; null means no narrowing. */
  readonly allowedActions: readonly Action[] | null
}

const EVERYONE = ['owner', 'admin', 'lead', 'member', 'viewer'] as const
const COLLEAGUES = ['owner', 'admin', 'lead', 'member'] as const
const LEADS = ['owner', 'admin', 'lead'] as const
const ADMINS = ['owner', 'admin'] as const

/** Every action with the roles that may take it. What is not here is refused. */
export const ACTIONS = {
  'self:read': EVERYONE,
  'session:end': EVERYONE,
  'home:read': EVERYONE,
  'records:read': EVERYONE,
  'records:import': LEADS,
  'sample:manage': ADMINS,
  'memory:read': EVERYONE,
  'memory:change': COLLEAGUES,
  'memory:erase': ADMINS,
  'draft:use': COLLEAGUES,
  'briefing:manage-own': EVERYONE,
  'persona:read': EVERYONE,
  'persona:activate': ADMINS,
  'skill:run': EVERYONE,
  'conversation:use': COLLEAGUES,
  'tool:approve': COLLEAGUES,
  'member:read': LEADS,
  'member:manage': ADMINS,
  'team:read': EVERYONE,
  'key:manage-own': COLLEAGUES,
  'key:manage': ADMINS,
  'usage:read-own': EVERYONE,
  'usage:read': LEADS,
  'budget:manage': ADMINS,
  'audit:read': ADMINS,
  'backup:manage': ADMINS,
  'job:manage': ADMINS,
  'drill:run': ADMINS,
  'calendar:read': EVERYONE,
  'calendar:manage': ADMINS,
  'cache:manage': ADMINS,
  'watch:read': ADMINS,
  'watch:manage': ADMINS,
  'mcp:read': EVERYONE,
  'mcp:call': COLLEAGUES,
  'mcp:manage': ADMINS,
} as const satisfies Record<string, readonly Role[]>

export type Action = keyof typeof ACTIONS

/** What an action is done to; a private thing belongs to one member, whatever the other's role. */
export interface Resource {
  readonly ownerMemberId?: string
}

/** True when the principal's role, the key's narrowing and the resource's owner all permit the action. */
export function can(principal: Principal, action: Action, resource: Resource = {}): boolean {
  if (!isRoleIn(principal.role, ACTIONS[action])) return false
  if (principal.allowedActions && !principal.allowedActions.includes(action)) return false
  return resource.ownerMemberId === undefined || resource.ownerMemberId === principal.memberId
}

/** True for the name of an action, not of something every object inherits. */
export function isAction(text: string): text is Action {
  return Object.hasOwn(ACTIONS, text)
}

/** Every action the principal may take at present, in the order of the table. */
export function actionsOf(principal: Principal): Action[] {
  return Object.keys(ACTIONS)
    .filter(isAction)
    .filter((action) => can(principal, action))
}

/** True when `role` stands above `other`. */
export function isAbove(role: Role, other: Role): boolean {
  return ROLES.indexOf(role) < ROLES.indexOf(other)
}

/**
 * True when the principal may give `role` to someone, or a way to act as someone who has it: the role does not stand
 * above its own, and it may itself do everything the role may. So a narrowed key cannot widen itself through a person.
 */
export function canHandOut(principal: Principal, role: Role): boolean {
  if (isAbove(role, principal.role)) return false
  return Object.keys(ACTIONS)
    .filter(isAction)
    .every((action) => !isRoleIn(role, ACTIONS[action]) || can(principal, action))
}

function isRoleIn(role: Role, roles: readonly Role[]): boolean {
  return roles.includes(role)
}
