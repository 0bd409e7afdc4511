interface Led {
  readonly manager: string | null
}

/** The managers that reps of the data name and no team has yet, by name. */
export function freeManagers(reps: readonly Led[], teams: readonly Led[]): string[] {
  const taken = new Set(teams.map((team) => team.manager))
  const named = new Set(reps.flatMap(({ manager }) => (manager === null || taken.has(manager) ? [] : [manager])))
  return [...named].toSorted((one, other) => one.localeCompare(other))
}
