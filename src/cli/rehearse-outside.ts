import type pg from 'pg'
import { SophiaError } from '#domain/errors.ts'
import { makeFolderOfRoot, removeFolderOfRoot } from '#features/drills/folder-of-root.ts'
import { readConfig, type Config } from '#platform/config/config.ts'
import { readConfigAt } from '#platform/config/read-config-at.ts'
import { findEngineConnection } from '#platform/postgres/attach-engine.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { findForeignOwner, nameOf } from './refuse-foreign-home.ts'

type Environment = Readonly<Record<string, string | undefined>>

interface Outside {
  readonly config: Config
  /** Removes the folder, where nothing is in it. */
  leave(): Promise<void>
}

/**
 * The settings of whoever rehearses. Root, for the home of another, has a folder of its own in place of the home: nothing is written in the
 * home, and of what its owner may have put there only the way to the database is read. Throws UNREACHABLE where no database runs there.
 */
export async function rehearseOutside(environment?: Environment): Promise<Outside> {
  const config = readConfig(environment)
  const { home, postgres } = config
  const owner = process.geteuid?.() === 0 ? await findForeignOwner(home) : undefined
  if (owner === undefined) return { config, leave: async () => undefined }
  const databaseUrl = postgres.url === null ? databaseUrlOf(await findRunning(home, owner)) : null
  const folder = await makeFolderOfRoot(home)
  return {
    config: readConfigAt({ home: folder, databaseUrl }, environment),
    leave: () => removeFolderOfRoot(home),
  }
}

async function findRunning(home: string, owner: number): Promise<pg.ClientConfig> {
  const connection = await findEngineConnection(home, { owner })
  if (connection !== undefined) return connection
  const name = await nameOf(owner)
  throw new SophiaError('UNREACHABLE', {
    detail: `No Sophia of ${name} with the built-in database runs on ${home}, and root does not start one there. Have ${name} start her first; if her database is elsewhere, set DATABASE_URL as she has it.`,
  })
}
