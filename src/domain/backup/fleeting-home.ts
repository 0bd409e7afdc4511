/** What to do where the home goes with the process, and no other place for backups is named. */
export const FLEETING_FIX =
  'Set SOPHIA_BACKUP_TARGET to a place that outlives this process, or have the chart make backups on a volume (backup.enabled).'
