import { quoteWord } from '../quote-word.ts'
import { filesBehind, settingsFileOf } from './settings-file.ts'

/** The settings that lead to the database. */
const OF_DATABASE = ['DATABASE_URL', 'DATABASE_DIRECT_URL'] as const

/**
 * What says where the database is, in the words of a shell for another command there: a secret is named and not shown. What is from a file
 * such as `.env` that command reads itself, and an empty word in its place would win over the file.
 */
export function handOnDatabase(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  files = filesBehind(environment),
): readonly string[] {
  const isOwn = (name: string): boolean =>
    Boolean(environment[name]) && settingsFileOf(name, environment, files) === null
  return OF_DATABASE.flatMap((name) => {
    const file = `${name}_FILE`
    return [
      ...(isOwn(name) ? [`${name}="$${name}"`] : []),
      ...(isOwn(file) ? [`${file}=${quoteWord(environment[file] ?? '')}`] : []),
    ]
  })
}
