import { readConfig, type Config } from './config.ts'

/** Would lead elsewhere than to the database that is named. */
const OF_DATABASE = ['DATABASE_URL', 'DATABASE_DIRECT_URL']

interface Place {
  readonly home: string
  /** Of the database; null: where the settings say that it is. */
  readonly databaseUrl: string | null
}

/** The settings with another folder in place of the home, backups there too. Throws CONFIG_NOT_VALID with every fault at once. */
export function readConfigAt(
  { databaseUrl, home }: Place,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  const names = ['SOPHIA_BACKUP_TARGET', ...(databaseUrl === null ? [] : OF_DATABASE)]
  const without = names.flatMap((name) => [name, `${name}_FILE`]).map((name) => [name, undefined])
  return readConfig({
    ...environment,
    ...Object.fromEntries(without),
    SOPHIA_HOME: home,
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
  })
}
