import { CACHE } from './requirements/cache.ts'
import { CALENDAR } from './requirements/calendar.ts'
import { CHAOS } from './requirements/chaos.ts'
import { CONNECTIONS } from './requirements/connections.ts'
import { CONTAINERS } from './requirements/containers.ts'
import { CRAFT_AND_MEMORY } from './requirements/craft-and-memory.ts'
import { DATABASE } from './requirements/database.ts'
import { DOCTOR } from './requirements/doctor.ts'
import { DRILLS } from './requirements/drills.ts'
import { FIRST_VERSION } from './requirements/first-version.ts'
import { FIRST_VERSION_HOUSE } from './requirements/first-version-house.ts'
import { MIGRATIONS } from './requirements/migrations.ts'
import { OPERATIONS } from './requirements/operations.ts'
import { KUBERNETES } from './requirements/kubernetes.ts'
import { PROMISES } from './requirements/promises.ts'
import { REPLICAS } from './requirements/replicas.ts'
import { SERVICES } from './requirements/services.ts'
import { SOCKETS } from './requirements/sockets.ts'
import { TRACES } from './requirements/traces.ts'
import { WATCH } from './requirements/watch.ts'
import type { Requirement } from './requirements/requirement.ts'

/** What Sophia promises, as data: each behaviour with the tests that prove it. README.md names these by their ids. */
export const REQUIREMENTS: readonly Requirement[] = [
  ...PROMISES,
  ...FIRST_VERSION,
  ...FIRST_VERSION_HOUSE,
  ...CRAFT_AND_MEMORY,
  ...CONNECTIONS,
  ...CALENDAR,
  ...CACHE,
  ...REPLICAS,
  ...CHAOS,
  ...DATABASE,
  ...MIGRATIONS,
  ...SOCKETS,
  ...WATCH,
  ...SERVICES,
  ...OPERATIONS,
  ...TRACES,
  ...DOCTOR,
  ...KUBERNETES,
  ...CONTAINERS,
  ...DRILLS,
]
