import { addDays, type Day } from '../day.ts'
import type { SampleClient } from './clients.ts'
import { OPEN_STAGE_ORDER, type SampleDeal } from './deal-details.ts'
import { createRandom } from './random.ts'
import type { ChangeRow } from './sample-rows.ts'
import { CHAMPION_LEFT, LATE_COMPETITOR } from './story-subjects.ts'

interface FieldChange {
  readonly field: string
  readonly from: string | null
  readonly to: string | null
  readonly ago: number
}

/** The way of a deal through the stages. A lost one may have ended anywhere on it. */
function stageChanges(deal: SampleDeal): FieldChange[] {
  const { row, createdAgo, closedAgo, stageEnteredAgo } = deal
  const random = createRandom(`stages ${row.id}`)
  const position = OPEN_STAGE_ORDER.findIndex((stage) => stage === row.stage)
  const reached = row.stage === 'lost' ? random.int(0, 3) : 3
  const way: string[] =
    position >= 0 ? OPEN_STAGE_ORDER.slice(0, position + 1) : [...OPEN_STAGE_ORDER.slice(0, reached + 1), row.stage]
  const end = closedAgo ?? stageEnteredAgo
  const steps = way.length - 1
  return way.slice(1).map((stage, index) => ({
    field: 'stage',
    from: way[index] ?? null,
    to: stage,
    ago: createdAgo - Math.round(((createdAgo - end) * (index + 1)) / steps),
  }))
}

/** One change per push, each to a later day than before; the last one leads to the row's own expected close. */
function pushChanges(deal: SampleDeal): FieldChange[] {
  const { row, createdAgo, closedAgo } = deal
  const random = createRandom(`pushes ${row.id}`)
  const end = closedAgo ?? 5
  const changes: FieldChange[] = []
  let later = row.expected_close_on
  for (let left = row.pushed_count; left > 0; left -= 1) {
    const earlier = addDays(later, -random.int(21, 38))
    // evenly over the deal's second two thirds
    const ago = end + Math.round(((createdAgo - end) * 0.66 * (row.pushed_count - left + 1)) / (row.pushed_count + 1))
    changes.push({ field: 'expected_close_on', from: earlier, to: later, ago })
    later = earlier
  }
  return changes.reverse()
}

function competitorChange(deal: SampleDeal): FieldChange[] {
  if (deal.row.id !== LATE_COMPETITOR.dealId) return []
  return [{ field: 'competitor', from: null, to: LATE_COMPETITOR.competitor, ago: LATE_COMPETITOR.enteredAgo }]
}

interface DatedRow {
  readonly ago: number
  readonly row: ChangeRow
}

function dated(kind: string, recordId: string, today: Day): (change: FieldChange) => DatedRow {
  return ({ field, from, to, ago }) => ({
    ago,
    row: { kind, record_id: recordId, field, old_value: from, new_value: to, as_of: addDays(today, -ago) },
  })
}

function leftChanges(client: SampleClient, today: Day): DatedRow[] {
  if (client.entry.slug !== CHAMPION_LEFT.slug) return []
  return client.contacts
    .filter((contact) => contact.left_on !== null)
    .map(({ id, left_on: to }) =>
      dated('contacts', id, today)({ field: 'left_on', from: null, to, ago: CHAMPION_LEFT.leftAgo }),
    )
}

/** The history of changed fields, oldest first. */
export function createChanges(clients: readonly SampleClient[], deals: readonly SampleDeal[], today: Day): ChangeRow[] {
  const dealRows = deals.flatMap((deal) =>
    [...stageChanges(deal), ...pushChanges(deal), ...competitorChange(deal)].map(dated('deals', deal.row.id, today)),
  )
  const rows = [...dealRows, ...clients.flatMap((client) => leftChanges(client, today))]
  return rows.sort((a, b) => b.ago - a.ago).map(({ row }) => row)
}
