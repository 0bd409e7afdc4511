import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requireProgram } from '../../support/find-program.ts'
import { until } from '../../support/until.ts'
import { runProgram } from '../programs.ts'
import { CONTAINERD_SOCKET, NODE_ADDRESS, NODE_NAME, POD_RANGE } from './addresses.ts'
import type { Authority } from './authority.ts'
import { CGROUP } from './cgroups.ts'
import type { Keeper } from './keeper.ts'

/** The image that holds a pod's network while its containers come and go. */
export const PAUSE_IMAGE = 'sophia-check/pause:1'
const NETWORK_PROGRAMS = '/usr/lib/cni'

interface Needs {
  readonly folder: string
  /** An archive of images, as `docker save` writes it. */
  readonly images: string
  readonly authority: Authority
  readonly keeper: Keeper
}

/** containerd with the images in it, the kubelet and kube-proxy: the one node. */
export async function startNode({ folder, images, authority, keeper }: Needs): Promise<void> {
  await startContainerd(folder, keeper)
  const ctr = ['--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io', 'images', 'import', images]
  const imported = await runProgram(requireProgram('ctr'), ctr)
  if (imported.code !== 0) throw new Error(`The images were not taken: ${imported.err}`)
  const kubelet = await authority.clientFile('kubelet', { name: `system:node:${NODE_NAME}`, group: 'system:nodes' })
  const config = join(folder, 'kubelet.json')
  await writeFile(config, JSON.stringify(kubeletSettings(folder, authority.certificate)))
  await keeper.start('kubelet', {
    config,
    kubeconfig: kubelet,
    'hostname-override': NODE_NAME,
    'node-ip': NODE_ADDRESS,
    'root-dir': '/var/lib/kubelet',
    'cert-dir': join(folder, 'kubelet'),
  })
  const proxy = await authority.clientFile('proxy', { name: 'system:kube-proxy' })
  await keeper.start('kube-proxy', {
    kubeconfig: proxy,
    'hostname-override': NODE_NAME,
    'proxy-mode': 'iptables',
    'cluster-cidr': POD_RANGE,
    'iptables-min-sync-period': '100ms',
    // The machine's own limits are left as they are.
    'conntrack-max-per-core': '0',
    'conntrack-min': '0',
    'conntrack-tcp-timeout-established': '0s',
    'conntrack-tcp-timeout-close-wait': '0s',
  })
}

async function startContainerd(folder: string, keeper: Keeper): Promise<void> {
  const networks = join(folder, 'networks')
  await mkdir(networks, { recursive: true })
  await writeFile(join(networks, '10-bridge.conflist'), JSON.stringify(network()))
  const config = join(folder, 'containerd.toml')
  await writeFile(config, containerdSettings(folder, networks))
  await keeper.start('containerd', { config }, requireProgram('containerd'))
  const asked = ['--address', CONTAINERD_SOCKET, 'version']
  const answers = async (): Promise<boolean> => (await runProgram(requireProgram('ctr'), asked)).code === 0
  await until(answers, 'containerd answers', 60_000)
}

function containerdSettings(folder: string, networks: string): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"'
  return `
version = 2
root = "${folder}/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "${CONTAINERD_SOCKET}"
[${cri}]
  sandbox_image = "docker.io/${PAUSE_IMAGE}"
  # A root without CAP_SYS_RESOURCE may not spare processes from a want of memory.
  restrict_oom_score_adj = true
[${cri}.cni]
  bin_dir = "${NETWORK_PROGRAMS}"
  conf_dir = "${networks}"
[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.runc.options]
  SystemdCgroup = false
`
}

/** One bridge, as the plainest network there is. It does not know of network policies. */
function network(): object {
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'pods0',
        isDefaultGateway: true,
        hairpinMode: true,
        ipMasq: false,
        ipam: { type: 'host-local', ranges: [[{ subnet: POD_RANGE }]] },
      },
    ],
  }
}

function kubeletSettings(folder: string, clientCa: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { x509: { clientCAFile: clientCa } },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: CGROUP,
    failCgroupV1: false,
    failSwapOn: false,
    resolvConf: '',
    podLogsDir: join(folder, 'logs'),
    volumePluginDir: join(folder, 'volume-programs'),
    // How full the machine's disk is, is not what is tried.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    nodeStatusUpdateFrequency: '5s',
  }
}
