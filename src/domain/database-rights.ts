/** What a role may do in its database, beyond using tables. */
export interface DatabaseRights {
  /** Both as SQL writes them. */
  readonly database: string
  readonly role: string
  /** In the schema public. */
  readonly mayCreateTables: boolean
  /** Background work lives in a schema of its own, and a backup is proven in one. */
  readonly mayCreateSchemas: boolean
  /** A restore puts another schema in the place of public, which its owner alone may; true where there is none. */
  readonly ownsPublic: boolean
}

/** One that a role has not: what fails without it, and the statement that gives it, for an administrator in this database. */
export interface MissingRight {
  readonly kind: 'schemas' | 'public' | 'tables'
  readonly detail: string
  readonly statement: string
}

/** All that Sophia needs and the role has not; with the statements in an order in which they can be run. */
export function missingRights(rights: DatabaseRights): readonly MissingRight[] {
  const { database, role, mayCreateSchemas, mayCreateTables, ownsPublic } = rights
  const missing: MissingRight[] = []
  if (!mayCreateSchemas)
    missing.push({
      kind: 'schemas',
      detail:
        'The role may not create schemas in this database: without that no background work is done and no backup proven, and so nothing is upgraded.',
      statement: `grant create on database ${database} to ${role};`,
    })
  if (!ownsPublic)
    missing.push({
      kind: 'public',
      detail: 'The schema public belongs to another role: so no backup can be restored and no upgrade taken back.',
      statement: `alter schema public owner to ${role};`,
    })
  else if (!mayCreateTables)
    missing.push({
      kind: 'tables',
      detail: 'The role may not create tables in the schema public.',
      statement: `grant create on schema public to ${role};`,
    })
  return missing
}
