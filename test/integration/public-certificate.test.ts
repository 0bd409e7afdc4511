import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { ageCertificate, makeCertificate } from '../support/certificates.ts'
import { freePort } from '../support/free-port.ts'
import { openTestHouse } from '../support/house.ts'
import { until } from '../support/until.ts'

const Health = z.object({
  components: z.record(z.string(), z.looseObject({ status: z.string(), detail: z.string().optional() })),
})

test('a certificate that a proxy has is told by health and by the metric that people are alerted by', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sophia-proxy-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const made = makeCertificate(folder, 'DNS:localhost', { days: 90 })
  const cert = ageCertificate(made, { name: 'DNS:localhost', lived: 89, left: 1 })
  const proxy = createServer({ key: readFileSync(made.keyFile), cert })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  after(() => proxy.close())
  // A listening TCP server has an AddressInfo.
  const publicUrl = `https://localhost:${(proxy.address() as AddressInfo).port}`
  const port = await freePort()
  const house = await openTestHouse({ SOPHIA_PUBLIC_URL: publicUrl, SOPHIA_PORT: String(port) })
  const { publicCertificate, metrics } = house.rooms
  await until(() => publicCertificate?.judge() !== null, 'the first look is over')
  const ratio = await metrics.registry.getSingleMetric('sophia_tls_certificate_renewal_used_ratio')?.get()
  const [{ value } = { value: 0 }] = ratio?.values ?? []
  assert.ok(value > 0.857 && value < 1, `${value}: somebody is woken`)
  const tls = async () => {
    const answered = await fetch(`http://127.0.0.1:${port}/health`)
    return Health.parse(await answered.json()).components['tls']
  }
  await until(async () => (await tls())?.status === 'degraded', 'health tells of it', 30_000)
  assert.match((await tls())?.detail ?? '', /^At https:\/\/localhost:\d+: \d+ hours left, .*Renew the certificate/)
})
