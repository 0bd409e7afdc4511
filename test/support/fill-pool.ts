import type { Database } from '#platform/postgres/database.ts'

/** Takes so many connections of a pool, all of them in the end; answers how to give them back. */
export async function fillPool(pool: Database, count: number): Promise<() => Promise<void>> {
  const release = Promise.withResolvers<void>()
  const taken = Array.from({ length: count }, () => Promise.withResolvers<void>())
  const held = taken.map((one) =>
    pool.inTransaction(
      async () => {
        one.resolve()
        await release.promise
      },
      // The server would end it after a pause of five seconds.
      { mayTakeLong: true },
    ),
  )
  await Promise.all(taken.map((one) => one.promise))
  return async () => {
    release.resolve()
    await Promise.all(held)
  }
}
