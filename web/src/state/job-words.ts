import { labelWords } from './words.ts'

const NAMES: Readonly<Record<string, string>> = {
  'memory-consolidate': 'Tidy what is remembered',
  'memory-extract': 'Read a conversation for what to remember',
  'backup-due': 'Make a backup by schedule',
  'briefing-delivery': 'Deliver a briefing',
  'briefing-tick': 'Look whose briefing is due',
  'draft-send': 'Send an approved draft',
  'drill-due': 'Rehearse a disaster',
  'standings-refresh': 'Work out where deals and clients stand',
  'sync-run': 'Copy records from a connection',
  'sync-tick': 'Look which connection is due to be copied',
}

/** What a job was to do, as people call it; one that this page does not know keeps its own name. */
export function jobWords(kind: string): string {
  return NAMES[kind] ?? labelWords(kind)
}
