/** What a member opens in the web app: one look at a screen, and what the app asks for it at once. */
interface Screen {
  readonly name: string
  /** How often a member at work opens it. */
  readonly perHour: number
  readonly paths: readonly string[]
}

/**
 * What members at work do, in the busiest hour. What each screen asks stands as the web app's own queries have it (`web/src/api/queries.ts`);
 * `:deal`, `:client` and `:conversation` are filled in, with the member's own conversation. How often they do it is judgement, as no traffic
 * of a deployment was recorded: sixty screens and twelve questions an hour. Two members of ten hold a WebSocket, hear of their
 * conversations by it, and ask and follow their answers there; the others do so by requests and event streams, as the web app does.
 * Half of the questions have the model call a skill. Whoever measures their own deployment writes their own numbers here.
 */
export const MIX = {
  screens: [
    { name: 'home', perHour: 10, paths: ['/api/me', '/api/home', '/api/personas'] },
    { name: 'list of deals', perHour: 10, paths: ['/api/deals?limit=50', '/api/reps?limit=200'] },
    { name: 'board of deals', perHour: 6, paths: ['/api/deals/board', '/api/reps?limit=200'] },
    { name: 'deal', perHour: 14, paths: ['/api/deals/:deal', '/api/deals/:deal/risk'] },
    { name: 'list of clients', perHour: 6, paths: ['/api/clients?limit=50', '/api/reps?limit=200'] },
    { name: 'client', perHour: 6, paths: ['/api/clients/:client', '/api/clients/:client/health'] },
    {
      name: 'conversation',
      perHour: 8,
      paths: [
        '/api/conversations?limit=40',
        '/api/conversations/:conversation',
        '/api/conversations/:conversation/messages?limit=50',
      ],
    },
  ],
  questionsPerHour: 12,
  questions: ['How is our pipeline?', 'What should I say when they call it too expensive?'],
  /** Members of ten who hold a WebSocket. */
  socketsOfTen: 2,
} as const satisfies {
  screens: readonly Screen[]
  questionsPerHour: number
  questions: readonly string[]
  socketsOfTen: number
}

/** One thing that one member does. */
export type Deed =
  | { readonly kind: 'screen'; readonly member: number; readonly paths: readonly string[] }
  | { readonly kind: 'question'; readonly member: number; readonly text: string }

export interface PlannedDeed {
  /** Since the beginning, whether or not anything before it was answered. */
  readonly dueMs: number
  readonly deed: Deed
}

interface Plan {
  readonly members: number
  readonly seconds: number
  /** From 0 to 1; with a seed the plan is the same again. */
  readonly random: () => number
}

/** What so many members do in so many seconds, each at its moment, independently of each other. Nobody asks twice before all others asked. */
export function planDeeds({ members, seconds, random }: Plan): PlannedDeed[] {
  const screens: readonly Screen[] = MIX.screens
  const screensPerHour = screens.reduce((sum, { perHour }) => sum + perHour, 0)
  const perMs = (members * (screensPerHour + MIX.questionsPerHour)) / 3_600_000
  const planned: PlannedDeed[] = []
  let asker = Math.floor(random() * members)
  let dueMs = -Math.log(1 - random()) / perMs
  for (; dueMs < seconds * 1000; dueMs += -Math.log(1 - random()) / perMs) {
    let left = random() * (screensPerHour + MIX.questionsPerHour)
    const screen = screens.find(({ perHour }) => (left -= perHour) < 0)
    if (screen) {
      const member = Math.floor(random() * members)
      planned.push({ dueMs, deed: { kind: 'screen', member, paths: screen.paths } })
    } else {
      asker = (asker + 1) % members
      const question = MIX.questions[planned.length % MIX.questions.length] ?? ''
      // Different words each time, so that no answer is taken from what was kept.
      const text = `${question} (${Math.floor(random() * 1e9)})`
      planned.push({ dueMs, deed: { kind: 'question', member: asker, text } })
    }
  }
  return planned
}

export function holdsSocket(member: number): boolean {
  return member % 10 < MIX.socketsOfTen
}
