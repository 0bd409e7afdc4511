import type pg from 'pg'

/** A socket's folder goes into the query, where libpq's form of the address has it. */
export function databaseUrlOf({ host = '', port, user = '', password, database = '' }: pg.ClientConfig): string {
  const secret = typeof password === 'string' ? password : ''
  const name = `${encodeURIComponent(user)}:${encodeURIComponent(secret)}`
  const place = host.startsWith('/') ? `localhost:${port}` : `${host}:${port}`
  const query = host.startsWith('/') ? `?host=${encodeURIComponent(host)}` : ''
  return `postgres://${name}@${place}/${database}${query}`
}
