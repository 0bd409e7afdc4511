import assert from 'node:assert/strict'
import type { CheckResult } from '#domain/doctor/finding.ts'
import { wireDoctor } from '#wiring/wire-doctor.ts'

/** Stands in what is secret of the settings that are examined; in nothing that the doctor says. */
export const CANARY = 'canary-Zq7'

export type Settings = Readonly<Record<string, string>>

/** What the doctor finds with these settings and no others, by the id of the check. */
export async function examine(settings: Settings) {
  const doctor = wireDoctor((_config, publicUrl) => ({ address: publicUrl, certificate: null }), {
    PATH: process.env['PATH'] ?? '',
    SOPHIA_PORT: '0',
    ...settings,
  })
  const checks = await doctor.examine()
  assert.ok(
    checks.every(({ status, fix }) => !['warn', 'fail'].includes(status) || fix),
    'each fault has its fix',
  )
  assert.doesNotMatch(JSON.stringify(checks), new RegExp(CANARY))
  return (id: string): CheckResult => {
    const found = checks.find((check) => check.id === id)
    assert.ok(found, `there is no check ${id} among ${checks.map((check) => check.id).join(', ')}`)
    return found
  }
}
