import { z } from 'zod'
import { podOf, selects, titleOf, type Manifest } from './objects.ts'

const Named = z.looseObject({ name: z.string() })
const Service = z.looseObject({
  spec: z.looseObject({
    selector: z.record(z.string(), z.string()),
    ports: z.array(
      z.looseObject({ name: z.string().optional(), port: z.number(), targetPort: z.union([z.string(), z.number()]) }),
    ),
  }),
})
const Ingress = z.looseObject({
  spec: z.looseObject({
    rules: z.array(
      z.looseObject({
        http: z.object({
          paths: z.array(
            z.looseObject({ backend: z.object({ service: z.object({ name: z.string(), port: Named }) }) }),
          ),
        }),
      }),
    ),
  }),
})
const Route = z.looseObject({
  spec: z.looseObject({
    rules: z.array(z.looseObject({ backendRefs: z.array(z.looseObject({ name: z.string(), port: z.number() })) })),
  }),
})
const Scaler = z.looseObject({ spec: z.looseObject({ scaleTargetRef: Named }) })
const Monitor = z.looseObject({
  spec: z.looseObject({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    endpoints: z.array(z.looseObject({ port: z.string() })),
  }),
})

/** What names another object of the same set names one that is there. Sentences; empty when all is well. */
export function referenceFaults(manifests: readonly Manifest[]): string[] {
  return manifests.flatMap((manifest) => {
    const find = FINDERS[manifest.kind]
    const own = find ? find(manifest, manifests) : []
    return [...own, ...claimFaults(manifest, manifests)].map((says) => `${titleOf(manifest)} ${says}`)
  })
}

type Finder = (manifest: Manifest, manifests: readonly Manifest[]) => string[]

const FINDERS: Readonly<Record<string, Finder>> = {
  Service(manifest, manifests) {
    const { selector, ports } = Service.parse(manifest).spec
    const pods = manifests.flatMap((one) => podOf(one) ?? []).filter((pod) => selects(selector, pod.metadata.labels))
    if (pods.length !== 1) return [`finds ${pods.length} kinds of pods`]
    const open = pods[0]?.spec.containers.flatMap((container) => container.ports) ?? []
    return ports
      .filter(({ targetPort }) => !open.some((one) => [one.name, one.containerPort].includes(targetPort)))
      .map(({ targetPort }) => `leads to a port ${targetPort} that no container has`)
  },
  Ingress(manifest, manifests) {
    const backends = Ingress.parse(manifest).spec.rules.flatMap(({ http }) => http.paths.map((path) => path.backend))
    return backends.flatMap(({ service }) => serviceFaults(manifests, service.name, service.port.name))
  },
  HTTPRoute(manifest, manifests) {
    const backends = Route.parse(manifest).spec.rules.flatMap(({ backendRefs }) => backendRefs)
    return backends.flatMap(({ name, port }) => serviceFaults(manifests, name, port))
  },
  HorizontalPodAutoscaler: scalerFaults,
  ScaledObject: scalerFaults,
  ServiceMonitor(manifest, manifests) {
    const { selector, endpoints } = Monitor.parse(manifest).spec
    const found = manifests.filter(
      ({ kind, metadata }) => kind === 'Service' && selects(selector.matchLabels, metadata.labels),
    )
    if (found.length !== 1) return [`finds ${found.length} services`]
    return endpoints.flatMap(({ port }) => serviceFaults(found, found[0]?.metadata.name ?? '', port))
  },
}

function scalerFaults(manifest: Manifest, manifests: readonly Manifest[]): string[] {
  const { name } = Scaler.parse(manifest).spec.scaleTargetRef
  const isThere = manifests.some(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name)
  return isThere ? [] : [`scales ${name}, which is not there`]
}

function serviceFaults(manifests: readonly Manifest[], name: string, port: string | number): string[] {
  const service = manifests.find(({ kind, metadata }) => kind === 'Service' && metadata.name === name)
  if (!service) return [`leads to a service ${name} that is not there`]
  const isOpen = Service.parse(service).spec.ports.some((one) => [one.name, one.port].includes(port))
  return isOpen ? [] : [`leads to a port ${port} that ${name} does not have`]
}

/** ConfigMaps and Secrets of an operator's own may lie outside; a claim of this set's own name may not. */
function claimFaults(manifest: Manifest, manifests: readonly Manifest[]): string[] {
  const claims = podOf(manifest)?.spec.volumes.flatMap((one) => one.persistentVolumeClaim?.claimName ?? []) ?? []
  return claims
    .filter((name) => name.startsWith('sophia'))
    .filter((name) => !manifests.some((one) => one.kind === 'PersistentVolumeClaim' && one.metadata.name === name))
    .map((name) => `mounts a claim ${name} that is not there`)
}
