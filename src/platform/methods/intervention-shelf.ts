import type { InterventionMethod } from '#domain/client/intervention.ts'
import { createFolderReader, type FolderMethods } from './method-shelf.ts'
import { parseInterventionMethod } from './parse-intervention.ts'

/** The ways of stepping in, read anew each time so that an edit needs no restart. */
export interface InterventionShelf {
  read(): Promise<FolderMethods<InterventionMethod>>
}

/** Reads `interventions/*.md` below the methods folder. */
export function createInterventionShelf(folder: string): InterventionShelf {
  return { read: createFolderReader(folder, 'interventions', parseInterventionMethod) }
}
