import type { Calendar } from '#features/calendar/index.ts'
import type { Personas } from '#features/personas/index.ts'
import type { Tools } from '#features/tools/index.ts'
import { settingPrints } from '#platform/config/setting-prints.ts'
import { contentHash } from '#platform/crypto/ids.ts'

interface Sources {
  readonly calendar: Pick<Calendar, 'file'>
  readonly personas: Pick<Personas, 'list'>
  readonly tools: Pick<Tools, 'listServers'>
}

/** By name, a print of all that is in force and may become another: settings, calendar, the file of connections, colleagues. */
export function readInForce({ calendar, personas, tools }: Sources): () => Promise<Record<string, string>> {
  // Settings are those the process began with.
  const settings = Object.entries(settingPrints()).map(([name, print]) => [`setting ${name}`, print] as const)
  return async () => ({
    ...Object.fromEntries(settings),
    calendar: contentHash(calendar.file().text),
    'mcp.json': contentHash(JSON.stringify(tools.listServers().filter(({ source }) => source === 'file'))),
    ...Object.fromEntries((await personas.list()).map(({ id, version }) => [`persona ${id}`, version])),
  })
}
