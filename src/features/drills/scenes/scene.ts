import type { ScratchSophia } from '#platform/scratch/sophia.ts'
import type { Frame } from '../frame.ts'

/** How one disaster is set up, done and mended. */
export interface Scene {
  /** Programs of the machine that Sophia does not bring along. */
  readonly programs: readonly string[]
  /** Needs a disk that may be filled. */
  readonly isOnOwnDisk?: boolean
  /** Starts all that runs before the fault; resolves once every process takes traffic. */
  set(frame: Frame): Promise<SetScene>
}

export interface SetScene {
  readonly sophias: readonly ScratchSophia[]
  /** Beforehand, while members ask: makes the backup that everything is restored from. */
  backUp?(): Promise<void>
  /** Beforehand, while members ask: leaves a standby behind, so that something is lost. */
  leaveBehind?(): Promise<void>
  /** Resolves as soon as it is done. */
  inject(): Promise<void>
  /** How long the fault lasts; `noticed`: until the deployment has noticed it, or should have. */
  readonly lastsMs: number | 'noticed'
  /** Does what a supervisor or a person would; resolves once they are done. */
  mend(): Promise<void>
}
