import pino from 'pino'
import { readConfig } from '#platform/config/config.ts'
import { openHouse } from '../src/compose.ts'

/** The serving side of bench/overload.ts: the whole house, with limits for one key as wide as for hundreds of people. */
const WIDE = { ratePerSecond: 1e6, burst: 1e6 }

const config = readConfig({ ...process.env, SOPHIA_PORT: '0', SOPHIA_MODEL: 'playbook' })
const house = await openHouse(config, pino({ level: 'error' }), {
  doors: ['http', 'worker'],
  requestLimits: { member: WIDE, key: WIDE, address: WIDE },
})
process.on('SIGTERM', () => void house.close().then(() => process.exit(0)))
process.send?.(house.publicUrl)
