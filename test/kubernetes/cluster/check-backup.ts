import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import type { Client } from './client.ts'
import type { Release } from './release.ts'

/** The nightly backup, asked for at once: the Job ends well, and the archive lies on the volume. */
export async function checkBackup(client: Client, { volume }: Release): Promise<{ archives: number }> {
  await client.kubectl(['create', 'job', 'backup-now', '--from=cronjob/sophia-backup'])
  await client.kubectl(['wait', '--for=condition=complete', 'job/backup-now', '--timeout=300s'])
  const said = await client.kubectl(['logs', 'job/backup-now'])
  assert.match(said, /"verified"|proven|\.tar/)
  const archives = globSync('**/*.tar', { cwd: volume })
  assert.ok(archives.length > 0, said)
  return { archives: archives.length }
}
