import type { CheckResult } from '#domain/doctor/finding.ts'
import { redactText } from '#platform/log/redact.ts'
import { backupChecks } from './backup-checks.ts'
import type { DoctorNeeds, ListedServer } from './doctor-needs.ts'
import { examine } from './examine.ts'
import { machineChecks } from './machine-checks.ts'
import { outsideChecks } from './outside-checks.ts'
import { providerChecks } from './provider-checks.ts'
import { storeChecks } from './store-checks.ts'
import { openStoreLooks } from './store-looks.ts'
import { tlsChecks } from './tls-checks.ts'

export type { DoctorNeeds }

export interface Doctor {
  /** Looks at all that a deployment stands on; writes nothing but an object in the store of backups that it removes, and migrates nothing. Does not reject. */
  examine(): Promise<readonly CheckResult[]>
}

/** Longer than each question's own limit, so that those can say more exactly what is wrong. */
const LIMIT_MS = 20_000

export function createDoctor(needs: DoctorNeeds): Doctor {
  return {
    async examine() {
      const looks = openStoreLooks(needs)
      const [listed, eventOrigins] = await Promise.all([needs.readServers(), needs.eventOrigins()])
      const checks = [
        ...machineChecks(needs, looks),
        ...storeChecks(needs, looks),
        ...backupChecks(needs, looks),
        ...providerChecks(needs),
        ...outsideChecks(needs, listed),
        ...tlsChecks(needs, { servers: listed.servers, eventOrigins }),
      ]
      const secrets = [...needs.secrets, ...listed.servers.flatMap(secretsOf)]
      const faulty = new Set(needs.faults.map(({ path }) => path.replace(/_FILE$/, '')))
      return examine(checks, { clock: needs.clock, limitMs: LIMIT_MS, faulty, conceal: concealing(secrets) })
    },
  }
}

function secretsOf({ target }: ListedServer): readonly string[] {
  return Object.values(target.kind === 'stdio' ? target.env : target.headers)
}

/** Shorter ones stand in ordinary words, too. */
const SHORTEST_SECRET = 5

function concealing(secrets: readonly string[]): (text: string) => string {
  const known = secrets.filter(({ length }) => length >= SHORTEST_SECRET)
  // The longest first: one may be part of another.
  const ordered = known.toSorted((one, other) => other.length - one.length)
  return (text) => redactText(ordered.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text))
}
