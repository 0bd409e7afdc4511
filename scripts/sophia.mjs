#!/usr/bin/env node
/** The `sophia` command. */
import { ensureInstalled, handOver } from './bootstrap.mjs'

await ensureInstalled()
await handOver('src/main.ts', process.argv.slice(2))
