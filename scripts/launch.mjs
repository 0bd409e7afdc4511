/** `npm start`, `npm test` and the other scripts: makes a clean clone ready, then hands over. */
import { becomeSophia, ensureInstalled, handOver, runToEnd } from './bootstrap.mjs'

const USAGE = `usage: node scripts/launch.mjs up [options]        start Sophia
       node scripts/launch.mjs test [filter ...]    run the tests
       node scripts/launch.mjs run <script> [...]   run a script of this project
       node scripts/launch.mjs cli <command> [...]  the sophia command
`
const [verb, ...args] = process.argv.slice(2)

switch (verb) {
  case 'up': {
    await ensureInstalled()
    const code = await runToEnd('scripts/build-web.ts', ['--when-stale'])
    if (code !== 0) process.exit(code)
    await becomeSophia(['up', ...args])
    break
  }
  case 'test':
    await ensureInstalled()
    await handOver('scripts/test.ts', args)
    break
  case 'run':
    if (!args[0]) usageFault()
    await ensureInstalled()
    await handOver(args[0], args.slice(1))
    break
  case 'cli':
    await ensureInstalled()
    await becomeSophia(args)
    break
  default:
    usageFault()
}

function usageFault() {
  process.stderr.write(USAGE)
  process.exit(2)
}
