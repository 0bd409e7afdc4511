import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { API_PORT, API_SERVICE, ETCD_URL, NODE_ADDRESS, NODE_NAME, POD_RANGE, SERVICE_RANGE } from './addresses.ts'
import type { Authority } from './authority.ts'
import type { Keeper } from './keeper.ts'

interface Needs {
  readonly folder: string
  readonly authority: Authority
  readonly keeper: Keeper
}

/** etcd and the three programs that make a Kubernetes of it; each is answering when this is done. */
export async function startControlPlane({ folder, authority, keeper }: Needs): Promise<void> {
  const data = join(folder, 'etcd')
  await mkdir(data, { recursive: true, mode: 0o700 })
  await keeper.start('etcd', {
    'data-dir': data,
    'listen-client-urls': ETCD_URL,
    'advertise-client-urls': ETCD_URL,
    'listen-peer-urls': 'http://127.0.0.1:2380',
    // What it keeps is thrown away with the machine it runs on.
    'unsafe-no-fsync': 'true',
  })
  await keeper.untilAnswering('etcd', `${ETCD_URL}/readyz`)
  const accounts = await authority.issue('accounts', { name: 'accounts' })
  await startApi({ folder, authority, keeper }, accounts)
  const manager = await authority.clientFile('manager', { name: 'system:kube-controller-manager' })
  await keeper.start('kube-controller-manager', {
    kubeconfig: manager,
    'authentication-kubeconfig': manager,
    'authorization-kubeconfig': manager,
    'service-account-private-key-file': accounts.key,
    'root-ca-file': authority.certificate,
    'use-service-account-credentials': 'true',
    'cluster-cidr': POD_RANGE,
    'leader-elect': 'false',
    'cert-dir': join(folder, 'manager'),
    // Sooner than in earnest, so that a check need not wait for it.
    'horizontal-pod-autoscaler-sync-period': '5s',
  })
  const scheduler = await authority.clientFile('scheduler', { name: 'system:kube-scheduler' })
  await keeper.start('kube-scheduler', {
    kubeconfig: scheduler,
    'authentication-kubeconfig': scheduler,
    'authorization-kubeconfig': scheduler,
    'leader-elect': 'false',
    'cert-dir': join(folder, 'scheduler'),
  })
}

async function startApi({ authority, keeper }: Needs, accounts: { key: string; certificate: string }): Promise<void> {
  const addresses = [
    `IP:${NODE_ADDRESS}`,
    'IP:127.0.0.1',
    `IP:${API_SERVICE}`,
    `DNS:${NODE_NAME}`,
    'DNS:kubernetes.default.svc',
  ]
  const serving = await authority.issue('api', { name: 'kube-apiserver', addresses })
  const towardsNodes = await authority.issue('towards-nodes', { name: 'api', group: 'system:masters' })
  const towardsExtensions = await authority.issue('towards-extensions', { name: 'front-proxy' })
  await keeper.start('kube-apiserver', {
    'etcd-servers': ETCD_URL,
    'advertise-address': NODE_ADDRESS,
    'secure-port': String(API_PORT),
    'service-cluster-ip-range': SERVICE_RANGE,
    'tls-cert-file': serving.certificate,
    'tls-private-key-file': serving.key,
    'client-ca-file': authority.certificate,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': accounts.certificate,
    'service-account-signing-key-file': accounts.key,
    'kubelet-client-certificate': towardsNodes.certificate,
    'kubelet-client-key': towardsNodes.key,
    'kubelet-preferred-address-types': 'InternalIP',
    'requestheader-client-ca-file': authority.certificate,
    'requestheader-allowed-names': 'front-proxy',
    'requestheader-username-headers': 'X-Remote-User',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'proxy-client-cert-file': towardsExtensions.certificate,
    'proxy-client-key-file': towardsExtensions.key,
  })
  const admin = await authority.clientFile('admin', { name: 'admin', group: 'system:masters' })
  await keeper.untilSaying('kube-apiserver', ['--kubeconfig', admin, 'get', '--raw', '/readyz'])
}
