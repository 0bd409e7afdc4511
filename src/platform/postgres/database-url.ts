import type pg from 'pg'

/** The address of a connection, as `DATABASE_URL` has it. A socket's folder goes into the query, where libpq's form of it is. */
export function databaseUrlOf({ host = '', port, user = '', password, database = '' }: pg.ClientConfig): string {
  const secret = typeof password === 'string' ? password : ''
  const name = `${encodeURIComponent(user)}:${encodeURIComponent(secret)}`
  const place = host.startsWith('/') ? `localhost:${port}` : `${host}:${port}`
  const query = host.startsWith('/') ? `?host=${encodeURIComponent(host)}` : ''
  return `postgres://${name}@${place}/${database}${query}`
}
