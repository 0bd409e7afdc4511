import { findEngine } from '#platform/postgres/engine-files.ts'
import { quoteWord } from '#platform/quote-word.ts'
import { mayMount } from '#platform/scratch/disk.ts'
import { findProgram } from '#platform/scratch/programs.ts'
import type { RehearsalNeeds } from './drill-needs.ts'
import type { Scene } from './scenes/scene.ts'

/** What of a machine a rehearsal stands on. */
export interface Stage {
  readonly hasSignals: boolean
  readonly hasEngine: boolean
  readonly mayMount: boolean
  readonly hasProgram: (name: string) => boolean
  /** How root rehearses the full disk for this very deployment, where `mayMount` is missing. */
  readonly asRoot: string
}

/** Every scene ends servers with all their processes, and looks for these by it. */
const ALWAYS = ['ps']

export async function lookAtStage(needs: Pick<RehearsalNeeds, 'home' | 'inherited' | 'handedOn'>): Promise<Stage> {
  const searchPath = needs.inherited['PATH'] ?? ''
  return {
    hasSignals: process.platform !== 'win32',
    hasEngine: await findEngine().then(
      () => true,
      () => false,
    ),
    mayMount: mayMount(),
    hasProgram: (name) => findProgram(name, searchPath) !== undefined,
    asRoot: commandAsRoot(needs),
  }
}

/** Why this machine cannot rehearse it, for whoever runs it; null when it can. */
export function whatIsMissing(scene: Scene, stage: Stage): string | null {
  if (!stage.hasSignals) return 'Rehearsals need the signals of Unix; on Windows none is run.'
  if (!stage.hasEngine)
    return 'It needs the built-in PostgreSQL, which this installation lacks, as the image does. Rehearse on a machine where Sophia was installed by npm with its optional packages.'
  if (scene.isOnOwnDisk && !stage.mayMount)
    return `It needs a disk that may be filled, and only root on Linux may mount one. ${stage.asRoot}`
  const absent = [...ALWAYS, ...scene.programs].filter((name) => !stage.hasProgram(name))
  return absent.length === 0 ? null : `It needs ${absent.join(' and ')} on this machine, and none was found.`
}

/** sudo takes neither settings nor the search path along. */
function commandAsRoot({ home, handedOn = [] }: Pick<RehearsalNeeds, 'home' | 'handedOn'>): string {
  const settings = ['PATH="$PATH"', `SOPHIA_HOME=${quoteWord(home)}`, ...handedOn]
  // This process may have them from elsewhere than the shell in which that is run, as one of a service has.
  const named = handedOn.flatMap((words) => /"\$(\w+)"/.exec(words)?.[1] ?? [])
  const where = named.length === 0 ? '' : `, in a shell that has ${named.join(' and ')}`
  return `Run${where}: sudo env ${settings.join(' ')} npx sophia drill disk-full`
}
