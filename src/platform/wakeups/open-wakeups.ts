import { createPostgresCarrier, type PostgresCarrierNeeds } from './postgres-carrier.ts'
import { createRedisCarrier, type RedisCarrierNeeds } from './redis-carrier.ts'
import { createWakeups, type Wakeups } from './wakeups.ts'

export interface WakeupNeeds extends PostgresCarrierNeeds {
  /** null: no Redis; PostgreSQL carries them. */
  readonly redis: Pick<RedisCarrierNeeds, 'address' | 'ca'> | null
  /** Keeps deployments apart that share a Redis. */
  readonly namespace: string
}

/** Wake-ups over Redis where there is one, else over PostgreSQL. */
export function openWakeups({ redis, ...needs }: WakeupNeeds): Wakeups {
  return createWakeups(redis === null ? createPostgresCarrier(needs) : createRedisCarrier({ ...redis, ...needs }))
}
