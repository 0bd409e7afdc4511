import { labelWords } from './words.ts'

export interface ActionChoice {
  readonly action: string
  readonly words: string
}

/** What a key may be narrowed to, as a person would say it, by what one would make a key for. */
const GROUPS: readonly { readonly title: string; readonly actions: Readonly<Record<string, string>> }[] = [
  {
    title: 'Read',
    actions: {
      'records:read': 'Deals, clients and the rows behind figures',
      'home:read': 'What matters today',
      'memory:read': 'What colleagues remember',
      'persona:read': 'Colleagues and what they can do',
      'self:read': 'Whose key this is, and its limits',
      'team:read': 'Teams',
      'usage:read-own': 'Own usage and cost',
      'usage:read': 'Everyone’s usage and cost',
      'member:read': 'Members',
      'audit:read': 'The audit log',
      'calendar:read': 'The business calendar and what it moves',
      'watch:read': 'How well the service is: objectives and alerts',
      'mcp:read': 'Connections, how they do and what they offer',
    },
  },
  {
    title: 'Ask',
    actions: {
      'skill:run': 'Run a skill',
      'conversation:use': 'Talk with colleagues',
      'tool:approve': 'Approve what a colleague wants to write',
      'draft:use': 'Read, edit, approve and discard own drafts',
      'briefing:manage-own': 'Read and change own briefings',
      'mcp:call': 'Call the tools of connections',
    },
  },
  {
    title: 'Change',
    actions: {
      'records:import': 'Import and update records',
      'memory:change': 'Change what colleagues remember',
      'memory:erase': 'Erase what is remembered about a person or record',
      'sample:manage': 'Load and remove the sample company',
      'persona:activate': 'Put a version of a colleague in force',
      'budget:manage': 'Set daily limits',
      'calendar:manage': 'Write the business calendar',
      'mcp:manage': 'Add, change and remove connections and approve their tools',
      'member:manage': 'Invite, change and remove members and teams',
      'key:manage-own': 'Make and revoke own keys',
      'key:manage': 'Revoke anyone’s keys',
      'backup:manage': 'Make and verify backups',
      'drill:run': 'Rehearse a disaster on a scratch copy',
      'job:manage': 'See background work that failed, retry and discard it',
      'watch:manage': 'Silence alerts, and try how they are told',
      'cache:manage': 'See what the cache spares, and clear it',
    },
  },
]
/** A key has no session to end. */
const NOT_FOR_KEYS = new Set(['session:end'])
const WORDS = new Map(GROUPS.flatMap((group) => Object.entries(group.actions)))

/** One action in plain words; one that is new to this page by its own name. */
export function actionWords(action: string): string {
  return WORDS.get(action) ?? labelWords(action.replace(':', ' '))
}

/** The actions one may hand on, in groups; nothing that a key could use is left out. */
export function actionGroups(
  actions: readonly string[],
): { readonly title: string; readonly choices: readonly ActionChoice[] }[] {
  const groups = GROUPS.map(({ title, actions: known }) => ({
    title,
    choices: Object.keys(known)
      .filter((action) => actions.includes(action))
      .map((action) => ({ action, words: actionWords(action) })),
  }))
  const rest = actions
    .filter((action) => !WORDS.has(action) && !NOT_FOR_KEYS.has(action))
    .map((action) => ({ action, words: actionWords(action) }))
  return [...groups, { title: 'Other', choices: rest }].filter((group) => group.choices.length > 0)
}
