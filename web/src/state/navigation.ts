import type { IconName } from '../parts/icons.tsx'

export interface Place {
  readonly href: string
  readonly label: string
  readonly icon: IconName
  /** Shown only to those who may take the action. */
  readonly action?: string
  readonly words?: string
}

export const RECORD_PLACES: readonly Place[] = [
  { href: '/deals', label: 'Deals', icon: 'deals', words: 'pipeline sales' },
  { href: '/pipeline', label: 'Pipeline', icon: 'pipeline', words: 'review forecast coverage changes week' },
  { href: '/clients', label: 'Clients', icon: 'clients', words: 'accounts customers health' },
  { href: '/portfolio', label: 'Portfolio', icon: 'columns', words: 'renewals payments health clients' },
  { href: '/reps', label: 'Team', icon: 'people', words: 'reps csm performance coaching people' },
  { href: '/memory', label: 'Memory', icon: 'memory', action: 'memory:read', words: 'remember facts know forget' },
  { href: '/drafts', label: 'Drafts', icon: 'draft', action: 'draft:use', words: 'inbox email follow-up approve' },
  {
    href: '/conversations',
    label: 'Conversations',
    icon: 'talk',
    action: 'conversation:use',
    words: 'chat history search',
  },
]

export const OPERATION_PLACES: readonly Place[] = [
  {
    href: '/briefing',
    label: 'Briefing',
    icon: 'bell',
    action: 'briefing:manage-own',
    words: 'daily weekly email notify',
  },
  { href: '/import', label: 'Import', icon: 'import', action: 'records:import', words: 'csv upload file data' },
  {
    href: '/personas',
    label: 'Colleagues',
    icon: 'colleagues',
    action: 'persona:read',
    words: 'personas skills versions',
  },
  { href: '/members', label: 'Members', icon: 'members', action: 'member:read', words: 'invite people roles teams' },
  { href: '/keys', label: 'Keys', icon: 'key', action: 'key:manage-own', words: 'api keys' },
  { href: '/connections', label: 'Connections', icon: 'plug', action: 'mcp:read', words: 'mcp servers tools health' },
  {
    href: '/calendar',
    label: 'Calendar',
    icon: 'calendar',
    action: 'calendar:read',
    words: 'periods month-end holidays policies limits',
  },
  { href: '/usage', label: 'Usage', icon: 'usage', action: 'usage:read-own', words: 'cost budget tokens money' },
  {
    href: '/operations',
    label: 'Operations',
    icon: 'pulse',
    action: 'watch:read',
    words: 'status health alerts objectives slo budget silence replicas incident',
  },
  {
    href: '/drills',
    label: 'Drills',
    icon: 'lifebuoy',
    action: 'watch:read',
    words: 'disaster recovery rehearse failover restore chaos backup',
  },
  { href: '/cache', label: 'Cache', icon: 'again', action: 'cache:manage', words: 'saved money hits redis forget' },
  { href: '/jobs', label: 'Jobs', icon: 'again', action: 'job:manage', words: 'background work failed dead retry' },
  { href: '/audit', label: 'Audit', icon: 'audit', action: 'audit:read', words: 'log who did what' },
]

export function permitted(places: readonly Place[], actions: readonly string[]): Place[] {
  return places.filter((place) => place.action === undefined || actions.includes(place.action))
}
