import { filesBehind, settingsFileOf } from './settings-file.ts'
import { SETTINGS } from './settings.ts'

interface DescribedSetting {
  readonly name: string
  /** As printed: secrets hidden. */
  readonly value: string
  readonly isSet: boolean
  /** `environment`, or the file that Node read it from; null where it is not set. */
  readonly from: string | null
}

/** What is in force, for `sophia config check`. */
export function describeSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): DescribedSetting[] {
  const files = filesBehind(environment)
  return Object.entries(SETTINGS).map(([name, setting]) => {
    const form = environment[name] ? name : `${name}_FILE`
    const raw = environment[form] ?? ''
    const isSet = raw !== ''
    const shown = setting.isSecret ? '[secret]' : form === name ? raw : `from ${raw}`
    const from = isSet ? (settingsFileOf(form, environment, files) ?? 'environment') : null
    return { name, value: isSet ? shown : setting.standard, isSet, from }
  })
}
