import type { DrillName } from '#domain/drills/drill.ts'
import { databaseFailover, databaseRestart, zoneLoss } from './of-database.ts'
import { diskFull, restore } from './of-machine.ts'
import { killReplica, providerDown } from './of-processes.ts'
import { certificateExpiry, redisFailover, redisFreeze, redisLoss } from './of-redis.ts'
import type { Scene } from './scene.ts'

export const SCENES: Readonly<Record<DrillName, Scene>> = {
  'kill-replica': killReplica(),
  'database-restart': databaseRestart,
  'database-failover': databaseFailover(),
  'database-failover-late': databaseFailover('late'),
  'redis-loss': redisLoss,
  'redis-freeze': redisFreeze(),
  'redis-failover': redisFailover(),
  restore,
  'disk-full': diskFull,
  'provider-down': providerDown,
  'certificate-expiry': certificateExpiry,
  'zone-loss': zoneLoss(),
}
