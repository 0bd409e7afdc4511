import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ApiKeyPage, AuditPage, Budgets, Me, MemberPage, TeamList, UsageReport } from '#contract/access.ts'
import { CacheSavings, CacheStats } from '#contract/cache.ts'
import { Conversation, ConversationPage, MessagePage } from '#contract/conversations.ts'
import { Persona, PersonaList, PersonaVersionPage, SkillRun } from '#contract/personas.ts'
import { Home } from '#contract/home.ts'
import { DeadJobPage } from '#contract/jobs.ts'
import { Health } from '#contract/operations.ts'
import {
  ClientDetail,
  ClientPage,
  DealBoard,
  DealDetail,
  DealPage,
  EvidenceList,
  ImportFaultPage,
  ImportPage,
  ImportReport,
  RepDetail,
  RepPage,
} from '#contract/records.ts'
import { call } from './client.ts'

type Query = Readonly<Record<string, string | number | undefined>>
const part = encodeURIComponent

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => call(Me, '/api/me', { signal }),
  staleTime: 60_000,
})
export const homeQuery = queryOptions({
  queryKey: ['home'],
  queryFn: ({ signal }) => call(Home, '/api/home', { signal }),
})
export const personasQuery = queryOptions({
  queryKey: ['personas'],
  queryFn: ({ signal }) => call(PersonaList, '/api/personas', { query: { hour: new Date().getHours() }, signal }),
  staleTime: 60_000,
})
export const teamsQuery = queryOptions({
  queryKey: ['teams'],
  queryFn: ({ signal }) => call(TeamList, '/api/teams', { signal }),
})
export const repsQuery = queryOptions({
  queryKey: ['reps'],
  queryFn: ({ signal }) => call(RepPage, '/api/reps', { query: { limit: 200 }, signal }),
  staleTime: 300_000,
})
export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: ({ signal }) => call(MemberPage, '/api/members', { query: { limit: 200 }, signal }),
})
export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => call(ApiKeyPage, '/api/keys', { query: { limit: 200 }, signal }),
})
export const budgetsQuery = queryOptions({
  queryKey: ['budgets'],
  queryFn: ({ signal }) => call(Budgets, '/api/budgets', { signal }),
})
export const importsQuery = queryOptions({
  queryKey: ['imports'],
  queryFn: ({ signal }) => call(ImportPage, '/api/imports', { query: { limit: 50 }, signal }),
})

export const usageQuery = (days: number) =>
  queryOptions({
    queryKey: ['usage', days],
    queryFn: ({ signal }) => call(UsageReport, '/api/usage', { query: { days }, signal }),
    placeholderData: keepPreviousData,
  })

export const cacheSavingsQuery = (days: number) =>
  queryOptions({
    queryKey: ['cache', 'savings', days],
    queryFn: ({ signal }) => call(CacheSavings, '/api/cache/savings', { query: { days }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  })
export const cacheStatsQuery = queryOptions({
  queryKey: ['cache', 'stats'],
  queryFn: ({ signal }) => call(CacheStats, '/api/cache/stats', { signal }),
})
export const deadJobsQuery = queryOptions({
  queryKey: ['jobs', 'dead'],
  queryFn: ({ signal }) => call(DeadJobPage, '/api/jobs/dead', { query: { limit: 100 }, signal }),
  refetchInterval: 30_000,
})
export const systemHealthQuery = queryOptions({
  queryKey: ['system', 'health'],
  queryFn: ({ signal }) => call(Health, '/health', { signal }),
})

export const dealsQuery = (query: Query) =>
  queryOptions({
    queryKey: ['deals', query],
    queryFn: ({ signal }) => call(DealPage, '/api/deals', { query, signal }),
    placeholderData: keepPreviousData,
  })
export const clientsQuery = (query: Query) =>
  queryOptions({
    queryKey: ['clients', query],
    queryFn: ({ signal }) => call(ClientPage, '/api/clients', { query, signal }),
    placeholderData: keepPreviousData,
  })
export const boardQuery = (query: Query) =>
  queryOptions({
    queryKey: ['deals', 'board', query],
    queryFn: ({ signal }) => call(DealBoard, '/api/deals/board', { query, signal }),
    placeholderData: keepPreviousData,
  })
export const repQuery = (id: string) =>
  queryOptions({
    queryKey: ['rep', id],
    queryFn: ({ signal }) => call(RepDetail, `/api/reps/${part(id)}`, { signal }),
  })
export const performanceQuery = (id: string) =>
  queryOptions({
    queryKey: ['rep', id, 'performance'],
    queryFn: ({ signal }) => call(SkillRun, `/api/reps/${part(id)}/performance`, { signal }),
  })
/** What a colleague's skill finds for this input; kept as long as other figures. */
export const skillQuery = (persona: string, skill: string, input: Readonly<Record<string, unknown>>) =>
  queryOptions({
    queryKey: ['skill', persona, skill, input],
    queryFn: ({ signal }) =>
      call(SkillRun, `/api/personas/${part(persona)}/skills/${part(skill)}`, { method: 'POST', json: input, signal }),
  })
export const dealQuery = (id: string) =>
  queryOptions({
    queryKey: ['deal', id],
    queryFn: ({ signal }) => call(DealDetail, `/api/deals/${part(id)}`, { signal }),
  })
export const clientQuery = (id: string) =>
  queryOptions({
    queryKey: ['client', id],
    queryFn: ({ signal }) => call(ClientDetail, `/api/clients/${part(id)}`, { signal }),
  })
export const riskQuery = (id: string) =>
  queryOptions({
    queryKey: ['deal', id, 'risk'],
    queryFn: ({ signal }) => call(SkillRun, `/api/deals/${part(id)}/risk`, { signal }),
  })
export const healthQuery = (id: string) =>
  queryOptions({
    queryKey: ['client', id, 'health'],
    queryFn: ({ signal }) => call(SkillRun, `/api/clients/${part(id)}/health`, { signal }),
  })

export const evidenceQuery = (refs: string) =>
  queryOptions({
    queryKey: ['evidence', refs],
    queryFn: ({ signal }) => call(EvidenceList, '/api/evidence', { query: { refs }, signal }),
  })

export const personaQuery = (id: string) =>
  queryOptions({
    queryKey: ['persona', id],
    queryFn: ({ signal }) =>
      call(Persona, `/api/personas/${part(id)}`, { query: { hour: new Date().getHours() }, signal }),
  })
export const personaVersionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['persona', id, 'versions'],
    queryFn: ({ signal }) => call(PersonaVersionPage, `/api/personas/${part(id)}/versions`, { signal }),
  })

export const conversationsQuery = (query: Query) =>
  infiniteQueryOptions({
    queryKey: ['conversations', query],
    queryFn: ({ pageParam, signal }) =>
      call(ConversationPage, '/api/conversations', { query: { ...query, limit: 40, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  })
export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversation', id],
    queryFn: ({ signal }) => call(Conversation, `/api/conversations/${part(id)}`, { signal }),
  })
export const messagesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['conversation', id, 'messages'],
    queryFn: ({ pageParam, signal }) =>
      call(MessagePage, `/api/conversations/${part(id)}/messages`, { query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['import', id],
    queryFn: ({ signal }) => call(ImportReport, `/api/imports/${part(id)}`, { signal }),
    refetchInterval: (query) => (query.state.data?.status === 'running' ? 500 : false),
  })
export const importFaultsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['import', id, 'faults'],
    queryFn: ({ pageParam, signal }) =>
      call(ImportFaultPage, `/api/imports/${part(id)}/faults`, { query: { limit: 100, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })
export const auditQuery = infiniteQueryOptions({
  queryKey: ['audit'],
  queryFn: ({ pageParam, signal }) =>
    call(AuditPage, '/api/audit', { query: { limit: 100, cursor: pageParam }, signal }),
  initialPageParam: '',
  getNextPageParam: (page) => page.nextCursor,
})
