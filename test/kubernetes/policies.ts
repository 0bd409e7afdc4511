import { deploymentFaults } from './deployment-policies.ts'
import { migrationFaults } from './migration-policies.ts'
import type { Manifest } from './objects.ts'
import { podFaults } from './pod-policies.ts'
import { poolerFaults } from './pooler-policies.ts'
import { referenceFaults } from './reference-policies.ts'

/** What speaks against a set of objects that are applied together, in sentences that name the object. */
export function policyFaults(manifests: readonly Manifest[]): string[] {
  return [
    ...podFaults(manifests),
    ...deploymentFaults(manifests),
    ...migrationFaults(manifests),
    ...poolerFaults(manifests),
    ...referenceFaults(manifests),
  ]
}
