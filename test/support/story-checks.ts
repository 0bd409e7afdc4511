import assert from 'node:assert/strict'
import { createSampleCompany } from '#domain/sample/sample-company.ts'
import type { DealRow, SampleCompany } from '#domain/sample/sample-rows.ts'
import type { SampleStory } from '#domain/sample/sample-story.ts'
import { SAMPLE_STORIES } from '#domain/sample/stories.ts'

const DAYS = ['2026-11-22', '2027-01-01', '2028-02-29', '2026-08-31'] as const
/** The sample company on days of different shape: mid-month, new year, a leap day, a month's last. */
const companies = DAYS.map((today) => ({ today, company: createSampleCompany({ today }) }))

/** The story of the answer key with this id. */
export function storyOf(id: string): SampleStory {
  const story = SAMPLE_STORIES.find((candidate) => candidate.id === id)
  assert.ok(story, id)
  return story
}

function figure(storyId: string, index = 0): { amount: number; about: number } {
  const found = storyOf(storyId).figures[index]
  assert.ok(found)
  return found
}

/** Asserts that the rows give the figure that the answer key promises, within its tolerance. */
export function assertFigure(storyId: string, actual: number, index = 0): void {
  const { amount, about } = figure(storyId, index)
  assert.ok(Math.abs(actual - amount) <= Math.abs(amount) * about + 1e-9, `${storyId}: ${actual} instead of ${amount}`)
}

/** Deals that are not decided. */
export function openDeals(company: SampleCompany): DealRow[] {
  return company.deals.filter(({ closed_on }) => closed_on === null)
}

/** Asserts that the story's subject, and nothing else, is on the list. */
export function assertOnly(storyId: string, found: readonly string[]): void {
  assert.deepEqual([...new Set(found)], [storyOf(storyId).about.id])
}

/** The arithmetic mean. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Runs a check on the company of each day. */
export function forEachDay(check: (company: SampleCompany, today: string) => void): void {
  for (const { today, company } of companies) check(company, today)
}
