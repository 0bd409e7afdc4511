/** Addresses that are read and show nothing that belongs to a member or to the rows of one. */
export const ROUTES_OF_NOBODY: readonly string[] = [
  '/livez',
  '/readyz',
  '/health',
  '/metrics',
  '/openapi.json',
  '/api/personas',
  '/api/personas/:id',
  '/api/personas/:id/versions',
  // Counts of the service and states of its rules; no row of anybody.
  '/api/slo',
  '/api/alerts',
  // Rehearsals on scratch deployments, which hold the sample company only.
  '/api/drills',
  // Counts by class; no value is shown.
  '/api/cache/savings',
  '/api/cache/stats',
  // Kinds, times and reasons; never what a job was about.
  '/api/jobs/dead',
  // The company's days, which hold no rows.
  '/api/calendar',
  '/api/scaling',
  '/api/calendar/explain',
  '/api/calendar/upcoming',
  '/api/calendar/file',
  // Of the service, its processes and what was changed; who did it is in the audit log that the same people read.
  '/api/operations',
  '/api/operations/stream',
  // Of servers and their tools, which belong to no member and hold no rows.
  '/api/mcp/status',
  '/api/mcp/status/:id',
  '/api/mcp/status/stream',
  '/api/mcp/servers',
  '/api/mcp/tools',
  '/api/mcp/oauth/callback',
  '/api/mcp/oauth/client.json',
  '/api/mcp/syncs/mappings',
]
