import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { ENGINE_USER } from './cluster-files.ts'

/**
 * How to reach the engine that a running Sophia keeps for this home: for commands beside it. Undefined when no engine has
 * written its pid file. Reading needs the rights of the home's owner.
 */
export async function findEngineConnection(home: string): Promise<pg.ClientConfig | undefined> {
  const pidFile = await readFile(join(home, 'data', 'postmaster.pid'), 'utf8').catch(() => '')
  const [, , , port, socketFolder] = pidFile.split('\n')
  if (!port) return undefined
  const password = (await readFile(join(home, 'postgres.password'), 'utf8')).trim()
  return {
    host: socketFolder?.trim() || '127.0.0.1',
    port: Number(port),
    user: ENGINE_USER,
    password,
    database: 'sophia',
  }
}
