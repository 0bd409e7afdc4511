import { minuteText } from '#domain/day.ts'
import type { Command } from 'commander'
import { SophiaError } from '#domain/errors.ts'
import type { Calendar } from '#features/calendar/index.ts'
import { tellFaultsBelow } from './calendar-lines.ts'
import { explainMoved } from './explain-moved.ts'
import { tellWhetherFrozen } from './may-deploy.ts'
import { showCalendar, withFigures } from './show-calendar.ts'
import { tellTriggers } from './tell-triggers.ts'

/** Opens the calendar for one command, its file read; no database is needed. */
export type OpenCalendar = () => Promise<{
  calendar: Calendar
  /** What is told of the day with its figures counted; null where no Sophia runs that could count them. */
  tellDay(): Promise<readonly string[] | null>
  close(): Promise<void>
}>

interface AtOptions {
  readonly at?: string
  readonly json?: boolean
}

/** `sophia calendar show|explain|may-deploy|triggers|upcoming`. */
export function addCalendarCommand(program: Command, open: OpenCalendar): void {
  const command = program.command('calendar').description('the business calendar: what is in force, why, what comes')
  command
    .command('show')
    .description('periods in force and what they move')
    .option('--at <time>', 'at this instant instead of now, such as 2026-11-30T12:00:00Z')
    .option('--json', 'print JSON')
    .action((options: AtOptions) => withCalendar(open, (calendar, { tellDay }) => show(calendar, options, tellDay)))
  addExplain(command, open)
  command
    .command('may-deploy')
    .description(
      'for pipelines: exit code 0, or 75 with the reason while a period freezes deploys, 78 when the file is faulty',
    )
    .option('--at <time>', 'at this instant instead of now')
    .action((options: AtOptions) =>
      withCalendar(open, async (calendar) => tellWhetherFrozen(calendar.now(readTime(options.at)))),
    )
  addTriggers(command, open)
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

function addExplain(command: Command, open: OpenCalendar): void {
  command
    .command('explain')
    .description('what holds for a key, or for each that is moved: by whose word, and until when')
    .option('--key <key>', 'such as cache.tool-result.ttl or mcp.crm.probe; without it each key that is moved')
    .option('--at <time>', 'at this instant instead of now')
    .option('--json', 'print JSON; without a key an array')
    .action(({ key, at, json }: AtOptions & { readonly key?: string }) =>
      withCalendar(open, async (calendar) => {
        if (key === undefined) return explainMoved(calendar, calendar.now(readTime(at)), json)
        const told = calendar.explain({ key, at: readTime(at) })
        console.log(json ? JSON.stringify(told) : told.sentences.join('\n'))
        tellFaultsBelow(calendar.now().faults)
      }),
    )
}

function addTriggers(command: Command, open: OpenCalendar): void {
  command
    .command('triggers')
    .description('the floor of replicas ahead as cron triggers of KEDA, in the form of the values of the chart')
    .option('--at <time>', 'from this instant on instead of now')
    .option('--days <days>', 'so many days ahead', '60')
    .option('--ahead <minutes>', 'so long before, as a replica takes to start', '5')
    .action((options: { readonly at?: string; readonly days: string; readonly ahead: string }) =>
      withCalendar(open, async (calendar) => {
        const aheadMs = readMinutes(options.ahead) * 60_000
        tellTriggers(calendar, { at: readTime(options.at), days: readDays(options.days), aheadMs })
      }),
    )
}

/** Only what holds now has figures: nobody knows those of another instant. */
async function show(calendar: Calendar, { at, json }: AtOptions, tellDay: Opened['tellDay']): Promise<void> {
  const told = calendar.now(readTime(at))
  const now = at === undefined ? await withFigures(told, tellDay) : told
  if (json) console.log(JSON.stringify(now))
  else showCalendar(now)
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

function readMinutes(text: string): number {
  const minutes = Number(text)
  if (Number.isInteger(minutes) && minutes >= 0 && minutes <= 120) return minutes
  throw new SophiaError('INVALID_INPUT', { detail: '--ahead takes a whole number of minutes from 0 to 120.' })
}

type Opened = Awaited<ReturnType<OpenCalendar>>

async function withCalendar(
  open: OpenCalendar,
  work: (calendar: Calendar, opened: Opened) => Promise<void>,
): Promise<void> {
  const opened = await open()
  try {
    await work(opened.calendar, opened)
  } finally {
    await opened.close()
  }
}
