import { constants } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { SophiaError } from '#domain/errors.ts'
import { ENGINE_USER } from './cluster-files.ts'

/**
 * How to reach the engine that a running Sophia keeps for this home: for commands beside it. Undefined when no engine has
 * written its pid file. Reading needs the rights of the home's owner; root names an `owner` where it is another, and reads their own files alone.
 */
export async function findEngineConnection(
  home: string,
  { owner }: { readonly owner?: number } = {},
): Promise<pg.ClientConfig | undefined> {
  const read = (path: string): Promise<string> => (owner === undefined ? readFile(path, 'utf8') : readOf(owner, path))
  const pidFile = await read(join(home, 'data', 'postmaster.pid')).catch(() => '')
  const [, , , port, socketFolder] = pidFile.split('\n')
  if (!port) return undefined
  const password = (await read(join(home, 'postgres.password'))).trim()
  return {
    host: socketFolder?.trim() || '127.0.0.1',
    port: Number(port),
    user: ENGINE_USER,
    password,
    database: 'sophia',
  }
}

/** A link, or another's file under a second name, would have root tell what it holds to whoever listens as that database. */
async function readOf(owner: number, path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const found = await file.stat()
    if (found.isFile() && found.uid === owner) return await file.readFile('utf8')
    throw new SophiaError('HOME_NOT_WRITABLE', {
      detail: `${path} is not a file of the account ${owner}, whose home it is in.`,
    })
  } finally {
    await file.close()
  }
}
