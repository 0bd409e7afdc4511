/**
 * Loads the packages of this project, which do not change while one works on it, and waits for a word of the parent before it runs the
 * script that its arguments name: what has to be loaded then is the project's own code only.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const told = new Promise((resolve) => process.once('message', resolve))
// Without a parent there is nothing to wait for.
const leave = () => process.exit()
process.once('disconnect', leave)
// One that cannot be loaded fails where it is used.
await Promise.allSettled(Object.keys(dependencies).map((name) => import(name)))
await told
process.off('disconnect', leave)
process.disconnect()
const [, , script, ...args] = process.argv
process.argv = [process.execPath, script, ...args]
await import(pathToFileURL(script).href)
