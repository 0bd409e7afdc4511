#!/usr/bin/env node
/** The `sophia` command. */
import { becomeSophia, ensureInstalled } from './bootstrap.mjs'

await ensureInstalled()
await becomeSophia(process.argv.slice(2))
