import { SETTINGS, type Setting } from '#platform/config/settings.ts'
import { podOf, titleOf, type Container, type Manifest, type Pod } from './objects.ts'

const settings: readonly [string, Setting][] = Object.entries(SETTINGS)
const SECRETS = new Set(settings.filter(([, { isSecret }]) => isSecret).map(([name]) => name))

/** What is wrong with one container, in sentences without a subject. */
const CONTAINER_RULES: readonly { readonly says: string; readonly isBroken: (container: Container) => boolean }[] = [
  { says: 'may gain rights', isBroken: ({ securityContext: held }) => held?.allowPrivilegeEscalation !== false },
  { says: 'is privileged', isBroken: ({ securityContext: held }) => held?.privileged === true },
  { says: 'may write to its image', isBroken: ({ securityContext: held }) => held?.readOnlyRootFilesystem !== true },
  {
    says: 'keeps capabilities',
    isBroken: ({ securityContext: held }) =>
      !held?.capabilities.drop.includes('ALL') || held.capabilities.add.length > 0,
  },
  {
    says: 'has an image that may be another tomorrow',
    isBroken: ({ image }) => !/@sha256:|:[\w.-]+$/.test(image) || image.endsWith(':latest'),
  },
  {
    says: 'has no limit, or asks for nothing',
    isBroken: ({ resources: { requests, limits } }) =>
      [requests.cpu, requests.memory, limits.cpu, limits.memory].some((amount) => amount === undefined),
  },
  {
    says: 'has a secret in its environment',
    isBroken: ({ env }) => env.some(({ name, valueFrom }) => SECRETS.has(name) || valueFrom !== undefined),
  },
]

function isFleeting({ name, value }: Container['env'][number]): boolean {
  return name === 'SOPHIA_HOME_LASTS' && value === 'no'
}

const POD_RULES: readonly { readonly says: string; readonly isBroken: (pod: Pod['spec']) => boolean }[] = [
  {
    says: 'may run as root',
    isBroken: ({ securityContext: held }) => held?.runAsNonRoot !== true || held.runAsUser === 0,
  },
  {
    says: 'is without the seccomp profile of its runtime',
    isBroken: ({ securityContext: held }) => held?.seccompProfile?.type !== 'RuntimeDefault',
  },
  { says: 'gets a token of the cluster', isBroken: (pod) => pod.automountServiceAccountToken },
  // A Service named sophia would set SOPHIA_PORT.
  { says: 'gets the addresses of all services as settings', isBroken: (pod) => pod.enableServiceLinks },
  {
    says: 'reaches into its node',
    isBroken: (pod) =>
      pod.hostNetwork || pod.hostPID || pod.hostIPC || pod.volumes.some(({ hostPath }) => hostPath !== undefined),
  },
  {
    says: 'may fill the disk of its node',
    isBroken: ({ volumes }) => volumes.some(({ emptyDir }) => emptyDir !== undefined && !emptyDir.sizeLimit),
  },
  {
    says: 'takes scratch space for a home that lasts, or a volume for one that does not',
    isBroken: ({ volumes, containers }) => {
      const home = volumes.find(({ name }) => name === 'home')
      return containers
        .filter(({ name }) => name === 'sophia')
        .some(({ env }) => (home?.emptyDir !== undefined) !== env.some(isFleeting))
    },
  },
  {
    says: 'mounts what it does not have',
    isBroken: ({ volumes, containers, initContainers }) =>
      [...initContainers, ...containers].some(({ volumeMounts }) =>
        volumeMounts.some((mount) => !volumes.some(({ name }) => name === mount.name)),
      ),
  },
]

/** How each pod must be, whatever it does. Sentences that name the object; empty when all is well. */
export function podFaults(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap((manifest) => {
    const pod = podOf(manifest)
    if (!pod) return []
    const ofPod = POD_RULES.filter((rule) => rule.isBroken(pod.spec)).map(({ says }) => `${titleOf(manifest)} ${says}`)
    const ofContainers = [...pod.spec.initContainers, ...pod.spec.containers].flatMap((container) =>
      CONTAINER_RULES.filter((rule) => rule.isBroken(container)).map(
        ({ says }) => `${titleOf(manifest)}: ${container.name} ${says}`,
      ),
    )
    return [...ofPod, ...ofContainers]
  })
}
