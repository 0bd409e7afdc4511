/** Names the kind and the day or week, and nothing of the content: subjects show on locked screens. */
export function subjectOf(cadence: 'daily' | 'weekly', period: string): string {
  return cadence === 'daily' ? `Your day: ${period}` : `Your week: ${period}`
}
