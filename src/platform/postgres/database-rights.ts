import { z } from 'zod'
import { sql } from './sql.ts'

/** A row of `DATABASE_RIGHTS`. */
export const RightsRow = z.object({
  database: z.string(),
  role: z.string(),
  mayCreateTables: z.boolean(),
  mayCreateSchemas: z.boolean(),
  ownsPublic: z.boolean(),
})

/** What the role of a connection may do in its database. Where there is no schema public, all that is needed is to make one. */
export const DATABASE_RIGHTS = sql`select quote_ident(current_database()) as database, quote_ident(current_user) as role,
  coalesce(has_schema_privilege(to_regnamespace('public'), 'create'), true) as "mayCreateTables",
  has_database_privilege(current_database(), 'create') as "mayCreateSchemas",
  coalesce((select pg_has_role(nspowner, 'usage') from pg_namespace where nspname = 'public'), true) as "ownsPublic"`
