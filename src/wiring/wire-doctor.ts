import { join } from 'node:path'
import { listEventOrigins } from '#features/calendar/index.ts'
import { createCallSkills } from '#features/deals/calls.ts'
import { createClients } from '#features/clients/index.ts'
import { createDeals } from '#features/deals/index.ts'
import { createDraftSkills, type DraftsNeeds } from '#features/drafts/index.ts'
import { createDoctor, type Doctor, type DoctorNeeds } from '#features/operations/doctor/index.ts'
import { readFolder } from '#features/personas/index.ts'
import { readServersFile } from '#features/tools/index.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { inspectConfig, listSecrets, type Config } from '#platform/config/config.ts'
import { settingsSources } from '#platform/config/settings-file.ts'
import { createLog } from '#platform/log/log.ts'
import { PACKAGE_ROOT, VERSION } from '#platform/version.ts'
import { wireCalendar } from './wire-parts.ts'

/** The doctor, who needs no room to be open: neither a database nor settings without faults. */
export function wireDoctor(
  nearServer: (config: Config, publicUrl: string) => ReturnType<DoctorNeeds['nearServer']>,
  environment?: Readonly<Record<string, string>>,
): Doctor {
  const { config, faults } = inspectConfig(environment)
  // What is wrong is told as findings.
  const log = createLog({ level: 'silent', isForPeople: false })
  return createDoctor({
    config,
    faults,
    settingsFiles: settingsSources(environment),
    secrets: listSecrets(environment),
    clock,
    log,
    version: VERSION,
    migrationsFolder: join(PACKAGE_ROOT, 'migrations'),
    webFolder: join(PACKAGE_ROOT, 'web/dist'),
    nearServer: (publicUrl) => nearServer(config, publicUrl),
    personaFaults: () => readPersonaFaults(config),
    readCalendar: () => readCalendar(config, log),
    eventOrigins: () => listEventOrigins({ ...config.calendar, ...config.network }),
    readServers: () => readServersFile(config.mcp.file),
  })
}

async function readPersonaFaults({ personas }: Config): Promise<string[]> {
  const { faults } = await readFolder(personas.folder, skillNames())
  return faults.map(({ file, line, reason }) => `${file}${line === null ? '' : ` line ${line}`}: ${reason}`)
}

/** Rooms are only asked what their skills are called. Whoever ran one would find no database, and fail. */
function skillNames(): string[] {
  const nothing = { clock } as DraftsNeeds
  const skills = [
    ...createDeals(nothing).skills,
    ...createCallSkills(nothing),
    ...createClients(nothing).skills,
    ...createDraftSkills(nothing),
  ]
  return skills.map(({ name }) => name)
}

async function readCalendar(config: Config, log: DoctorNeeds['log']): ReturnType<DoctorNeeds['readCalendar']> {
  const calendar = wireCalendar(
    { config, log },
    { servers: () => [], countOpenTurns: () => Promise.reject(new Error('No server is asked.')) },
  )
  try {
    await calendar.start()
    // Events from addresses are part of it.
    await calendar.settle()
    const { faults, isShipped } = calendar.file()
    const { state, detail } = calendar.health()
    return {
      isShipped,
      faults: faults.map(({ line, path, message }) => `${config.calendar.file}:${line}: ${path.join('.')} ${message}`),
      trouble: state === 'ok' ? null : detail,
    }
  } finally {
    await calendar.close()
  }
}
