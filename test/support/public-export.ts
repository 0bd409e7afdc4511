import { existsSync } from 'node:fs'
import { test } from 'node:test'

/** The public CRM export, which is not part of the project. */
export const EXPORT_FOLDER = new URL('../../../shared/data/crm/', import.meta.url)
export const hasExport = existsSync(EXPORT_FOLDER)

/** A test that exists only where the export lies beside the working copy; the lookalike is tested everywhere. */
export function testOfExport(name: string, body: () => Promise<void>): void {
  if (hasExport) void test(name, body)
}
