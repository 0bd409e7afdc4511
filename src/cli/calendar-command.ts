import type { Command } from 'commander'
import { SophiaError } from '#domain/errors.ts'
import type { CalendarNow } from '#contract/calendar.ts'
import type { Calendar } from '#features/calendar/index.ts'
import { EXIT } from './exit-code.ts'

/** Opens the calendar for one command, its file read; no database is needed. */
export type OpenCalendar = () => Promise<{ calendar: Calendar; close(): Promise<void> }>

interface AtOptions {
  readonly at?: string
  readonly json?: boolean
}

/** `sophia calendar show|explain|upcoming`. */
export function addCalendarCommand(program: Command, open: OpenCalendar): void {
  const command = program.command('calendar').description('the business calendar: what is in force, why, what comes')
  command
    .command('show')
    .description('periods in force and what they move')
    .option('--at <time>', 'at this instant instead of now, such as 2026-11-30T12:00:00Z')
    .option('--json', 'print JSON')
    .action((options: AtOptions) => withCalendar(open, async (calendar) => show(calendar, options)))
  command
    .command('explain')
    .description('what holds for a key, by whose word, and until when')
    .requiredOption('--key <key>', 'such as cache.tool-result.ttl or mcp.crm.probe')
    .option('--at <time>', 'at this instant instead of now')
    .option('--json', 'print JSON')
    .action((options: AtOptions & { readonly key: string }) =>
      withCalendar(open, async (calendar) => {
        const told = calendar.explain({ key: options.key, at: readTime(options.at) })
        console.log(options.json ? JSON.stringify(told) : told.sentences.join('\n'))
      }),
    )
  command
    .command('may-deploy')
    .description(
      'for pipelines: exit code 0, or 75 with the reason while a period freezes deploys, 78 when the file is faulty',
    )
    .option('--at <time>', 'at this instant instead of now')
    .action((options: AtOptions) => withCalendar(open, async (calendar) => tellWhetherFrozen(calendar, options)))
  command
    .command('upcoming')
    .description('periods that are in force or begin soon')
    .option('--days <days>', 'so many days ahead', '30')
    .option('--json', 'print JSON, one stretch per line')
    .action((options: { readonly days: string; readonly json?: boolean }) =>
      withCalendar(open, async (calendar) => {
        for (const window of calendar.upcoming({ days: readDays(options.days) }).windows)
          console.log(
            options.json
              ? JSON.stringify(window)
              : `${minuteText(window.startsAt)}  to  ${minuteText(window.endsAt)}  ${window.period}`,
          )
      }),
    )
}

function tellWhetherFrozen(calendar: Calendar, options: AtOptions): void {
  const told = calendar.now(readTime(options.at))
  if (told.faults.length > 0) {
    for (const { file, line, message } of told.faults) console.error(`${file}:${line}: ${message}`)
    process.exitCode = EXIT.configuration
    return
  }
  const freeze = told.policies.find(({ key }) => key === 'freeze.deploys')
  if (freeze?.value !== true) return console.log('Deploys may go ahead.')
  const by = freeze.steps.map(({ period, label }) => period ?? label)
  const ends = told.active
    .filter(({ name, until }) => by.includes(name) && until !== null)
    .map(({ until }) => until ?? '')
  const until = ends.toSorted().at(-1)
  console.error(`Deploys are frozen by ${by.join(' and ')}${until === undefined ? '' : ` until ${minuteText(until)}`}.`)
  process.exitCode = EXIT.tryAgain
}

function show(calendar: Calendar, options: AtOptions): void {
  const now = calendar.now(readTime(options.at))
  if (options.json) return console.log(JSON.stringify(now))
  console.log(`${minuteText(now.at)}${now.isShipped ? ', by the calendar that ships' : ''}`)
  if (now.active.length === 0) console.log('No period is in force.')
  for (const { name, label, until } of now.active)
    console.log(
      `${name.padEnd(20)}  ${label.padEnd(24)}  ${until === null ? '' : `until ${minuteText(until)}  `}${originOf(now, name)}`.trimEnd(),
    )
  for (const { key, base, value, steps } of now.policies.filter((policy) => policy.steps.length > 0)) {
    const said = steps.map((step) => `${step.says} by ${step.period ?? step.label}`).join(', ')
    console.log(
      `  ${key.padEnd(32)}  ${value === null ? said : `${textOf(value)} instead of ${textOf(base)}: ${said}`}`,
    )
  }
  for (const line of now.context) console.log(`  "${line}"`)
  if (now.faults.length === 0) return
  console.error('The file has faults; what is above is the last good calendar:')
  for (const { file, line, message } of now.faults) console.error(`${file}:${line}: ${message}`)
  process.exitCode = EXIT.configuration
}

/** Where a period is written: its line, and the file of its events. */
function originOf({ periods }: CalendarNow, name: string): string {
  const period = periods.find((one) => one.name === name)
  if (!period) return ''
  const { when, source } = period
  return `(${source.file}:${source.line}${when.startsWith('events of ') ? `, ${when}` : ''})`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function minuteText(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`
}

function readTime(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time
  throw new SophiaError('INVALID_INPUT', {
    detail: `"${text}" is no time; write it as 2026-11-30T12:00:00Z.`,
  })
}

function readDays(text: string): number {
  const days = Number(text)
  if (Number.isInteger(days) && days >= 1 && days <= 400) return days
  throw new SophiaError('INVALID_INPUT', { detail: '--days takes a whole number from 1 to 400.' })
}

async function withCalendar(open: OpenCalendar, work: (calendar: Calendar) => Promise<void>): Promise<void> {
  const { calendar, close } = await open()
  try {
    await work(calendar)
  } finally {
    await close()
  }
}
