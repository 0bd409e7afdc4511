import type { Schema } from './read-schema.ts'

/**
 * What of a change may break a program that knows the schema before only: something that it reads or calls is gone or another, or something
 * that it writes may be refused. Tables that are new it does not know. What a change does to rows cannot be seen here.
 */
export function findBreaks(before: Schema, after: Schema): string[] {
  return [
    ...breaksOfRelations(before, after),
    ...breaksOfColumns(before, after),
    ...breaksOfRules(before, after),
    ...breaksOfTriggers(before, after),
    ...breaksOfRoutines(before, after),
    ...before.labels
      .filter((one) => !after.labels.some((other) => other.type === one.type && other.label === one.label))
      .map(({ type, label }) => `${type} has no '${label}' any more`),
  ].toSorted()
}

function breaksOfRelations(before: Schema, after: Schema): string[] {
  return before.relations.flatMap(({ relation, kind }) => {
    const now = after.relations.find((one) => one.relation === relation)
    if (!now) return [`${relation} is gone`]
    return now.kind === kind ? [] : [`${relation} is a ${now.kind} and was a ${kind}`]
  })
}

/** What it was told of itself already is not told of all its parts. */
function isStill({ relations }: Schema, relation: string): boolean {
  return relations.some((one) => one.relation === relation)
}

type Column = Schema['columns'][number]

function findColumn({ columns }: Schema, wanted: Pick<Column, 'relation' | 'column'>): Column | undefined {
  return columns.find(({ relation, column }) => relation === wanted.relation && column === wanted.column)
}

function breaksOfColumns(before: Schema, after: Schema): string[] {
  const changed = before.columns
    .filter(({ relation }) => isStill(after, relation))
    .flatMap((was) => changesOf(was, findColumn(after, was)).map((what) => `${was.relation}.${was.column} ${what}`))
  const wanting = after.columns
    .filter(({ relation, isNotNull, fallback }) => isNotNull && fallback === null && isStill(before, relation))
    .filter((now) => findColumn(before, now) === undefined)
    .map(({ relation, column }) => `${relation}.${column} is new and may not be left out`)
  return [...changed, ...wanting]
}

function changesOf(was: Column, now: Column | undefined): string[] {
  if (!now) return ['is gone']
  return [
    ...(now.type === was.type ? [] : [`is a ${now.type} and was a ${was.type}`]),
    ...(now.isNotNull && !was.isNotNull ? ['may not be empty any more'] : []),
    ...(now.fallback === was.fallback || was.fallback === null
      ? []
      : [`gets ${now.fallback ?? 'nothing'} by itself and got ${was.fallback}`]),
  ]
}

type Rule = Schema['rules'][number]

function breaksOfRules(before: Schema, after: Schema): string[] {
  const changed = before.rules
    .filter(({ relation }) => isStill(after, relation))
    .flatMap((was) => {
      const now = after.rules.find(({ relation, name }) => relation === was.relation && name === was.name)
      if (now?.definition === was.definition) return []
      if (now) return [`${was.relation} has ${was.name} as ${now.definition} and had ${was.definition}`]
      // Whoever inserts names what may be there already; who deletes counts on what goes along. Of a check nobody does.
      return was.definition.startsWith('CHECK') ? [] : [`${was.relation} has no ${was.name} any more`]
    })
  const wanting = after.rules
    .filter(({ relation }) => isStill(before, relation))
    .filter((now) => !before.rules.some(({ relation, name }) => relation === now.relation && name === now.name))
    .filter((now) => mayRefuse(now, { before, after }))
    .map(({ relation, name, definition }) => `${relation} has a new rule ${name}: ${definition}`)
  return [...changed, ...wanting]
}

/** Whether it may refuse a row of somebody who knows nothing of the columns that are new. */
function mayRefuse(
  { relation, columns, isUnique }: Rule,
  { before, after }: { before: Schema; after: Schema },
): boolean {
  const fresh = columns.filter((column) => findColumn(before, { relation, column }) === undefined)
  // Nothing is like nothing, so that such rows are never alike.
  if (isUnique) return !fresh.some((column) => findColumn(after, { relation, column })?.fallback === null)
  return fresh.length < columns.length || columns.length === 0
}

function breaksOfTriggers(before: Schema, after: Schema): string[] {
  const isSame = (one: Schema['triggers'][number], other: Schema['triggers'][number]): boolean =>
    one.relation === other.relation && one.name === other.name && one.definition === other.definition
  const gone = before.triggers.filter(
    (was) => isStill(after, was.relation) && !after.triggers.some((now) => isSame(was, now)),
  )
  const wanting = after.triggers.filter(
    (now) => isStill(before, now.relation) && !before.triggers.some((was) => isSame(was, now)),
  )
  return [
    ...gone.map(({ relation, name }) => `${relation} has ${name} no more as it was`),
    ...wanting.map(({ relation, definition }) => `${relation} has a new trigger: ${definition}`),
  ]
}

function breaksOfRoutines(before: Schema, after: Schema): string[] {
  return before.routines.flatMap(({ signature, result }) => {
    const now = after.routines.find((one) => one.signature === signature)
    if (!now) return [`${signature} is gone`]
    return now.result === result ? [] : [`${signature} is a ${now.result} and was a ${result}`]
  })
}
