import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../../support/find-program.ts'
import { CACHE, requireGo } from '../programs.ts'

const MODULE = join(import.meta.dirname, '../programs')
const BUILD_LIMIT_MS = 90 * 60_000

/** The packages of Debian in which the programs lie that a node needs beside Kubernetes itself. */
const FROM_DEBIAN = {
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  conntrack: 'conntrack',
  ip: 'iproute2',
  unshare: 'util-linux',
  openssl: 'openssl',
  'redis-server': 'redis-server',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
} as const

/** What is missing on this machine, each with what to do. */
export function missingParts(): string[] {
  const missing = Object.entries(FROM_DEBIAN).filter(([name]) => findProgram([name], [name]) === undefined)
  const packages = [...new Set(missing.map(([, name]) => name))]
  return [
    ...(process.platform === 'linux' ? [] : ['Linux']),
    ...(process.getuid?.() === 0 ? [] : ['the rights of root, as it makes namespaces, networks and control groups']),
    ...(packages.length === 0 ? [] : [`programs: apt-get install ${packages.join(' ')}`]),
  ]
}

/** The version of Kubernetes that go.mod pins. */
export function kubernetesVersion(): string {
  const [, version = ''] = /k8s\.io\/kubernetes (v[\d.]+)/.exec(readFileSync(join(MODULE, 'go.mod'), 'utf8')) ?? []
  return version
}

/** The folder with Kubernetes and etcd, built once by Go in the versions that go.mod and go.sum pin. */
export function requireCluster(): string {
  const pinned = createHash('sha256').update(readFileSync(join(MODULE, 'go.sum')))
  const folder = join(CACHE, `cluster-${kubernetesVersion()}-${pinned.digest('hex').slice(0, 8)}`)
  if (existsSync(folder)) return folder
  const version = kubernetesVersion()
  console.error(`Building Kubernetes ${version} and etcd by Go: a quarter of an hour on two processors, once.`)
  const unfinished = `${folder}.unfinished`
  mkdirSync(unfinished, { recursive: true })
  const args = ['build', '-trimpath', `-ldflags=-s -w ${versionFlags(version)}`, '-o', `${unfinished}/`, 'tool']
  const { status } = spawnSync(requireGo(), args, {
    cwd: MODULE,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: BUILD_LIMIT_MS,
  })
  if (status !== 0) throw new Error('Kubernetes could not be built; see above.')
  // The folder of its program gives etcd its name.
  renameSync(join(unfinished, 'server'), join(unfinished, 'etcd'))
  renameSync(unfinished, folder)
  return folder
}

/** What the programs say of themselves; clients and the API go by it. */
function versionFlags(version: string): string {
  const [major, minor] = version.slice(1).split('.')
  const place = 'k8s.io/component-base/version'
  const said = { gitVersion: version, gitMajor: major, gitMinor: minor }
  const flags = Object.entries(said).map(([name, value]) => `-X ${place}.${name}=${value}`)
  return [...flags, `-X k8s.io/client-go/pkg/version.gitVersion=${version}`].join(' ')
}
