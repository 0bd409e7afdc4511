#!/usr/bin/env node
/** The CRM of `openCrmServer` over stdio. Sizes, seed and time come as arguments: `--seed 7 --deals 20 --now 2026-11-01T00:00:00Z`. */
import { parseArgs } from 'node:util'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { CrmRecords } from './crm-records.ts'
import { crmTools } from './crm-tools.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    companies: { type: 'string', default: '1500' },
    contacts: { type: 'string', default: '3500' },
    deals: { type: 'string', default: '2000' },
    activities: { type: 'string', default: '3000' },
    now: { type: 'string' },
  },
})
const records = new CrmRecords({
  seed: Number(values.seed),
  sizes: {
    companies: Number(values.companies),
    contacts: Number(values.contacts),
    deals: Number(values.deals),
    activities: Number(values.activities),
  },
  now: () => (values.now === undefined ? new Date() : new Date(values.now)),
})
serveStdio(() => crmTools(records))
