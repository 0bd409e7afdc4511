/** The `sophia` command as a service of the machine runs it: by the settings of the service, whatever `.env` of the clone says. */
import { becomeSophia, ensureInstalled } from './bootstrap.mjs'

await ensureInstalled()
await becomeSophia(process.argv.slice(2), { isService: true })
