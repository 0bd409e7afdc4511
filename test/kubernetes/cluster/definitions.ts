import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { requireGo } from '../programs.ts'

/** Where the kinds that the chart knows beyond the cluster's own are defined: Go modules, and the files in them. */
const DEFINITIONS: readonly (readonly [string, string])[] = [
  ['sigs.k8s.io/gateway-api@v1.6.3', 'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
  [
    'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    'example/prometheus-operator-crd/*_{servicemonitors,prometheusrules}.yaml',
  ],
  ['github.com/kedacore/keda/v2@v2.21.0', 'config/crd/bases/keda.sh_{scaledobjects,triggerauthentications}.yaml'],
  ['github.com/external-secrets/external-secrets@v1.3.2', 'config/crds/bases/external-secrets.io_externalsecrets.yaml'],
]

const Downloaded = z.looseObject({ Dir: z.string() })

/** The files, brought by Go once. */
export function findDefinitions(): string[] {
  return DEFINITIONS.flatMap(([module, pattern]) => {
    const asked = ['mod', 'download', '-json', module]
    const { stdout, status } = spawnSync(requireGo(), asked, { encoding: 'utf8', env: { ...process.env, GOFLAGS: '' } })
    if (status !== 0) throw new Error(`${module} could not be brought: ${stdout}`)
    const { Dir } = Downloaded.parse(JSON.parse(stdout))
    const found = globSync(pattern, { cwd: Dir }).map((file) => join(Dir, file))
    if (found.length === 0) throw new Error(`${module} holds no ${pattern}.`)
    return found
  })
}
