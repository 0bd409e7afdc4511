#!/usr/bin/env node
/** The server that asks people, over its standard input and output; with `legacy` in the old era alone. */
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { askingTools } from './asking-tools.ts'

const create = () => askingTools({ notes: [], actions: [] })
if (process.argv[2] === 'legacy') await create().connect(new StdioServerTransport())
else serveStdio(create)
