import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** Where the package stands: migrations, personas and the built web app lie beside `src`. */
export const PACKAGE_ROOT = join(import.meta.dirname, '../..')

const Manifest = z.object({ version: z.string() })

/** The version of this Sophia, from package.json. */
export const VERSION = Manifest.parse(JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'))).version
