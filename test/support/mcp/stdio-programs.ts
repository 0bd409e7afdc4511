import { fileURLToPath } from 'node:url'
import type { StdioMode } from './stdio-faults.ts'

/** How to start a server that speaks over its standard input and output, as a client's settings name it. */
export interface StdioProgram {
  readonly command: string
  readonly args: readonly string[]
}

/** The misbehaving server in one of its modes; the amount is N calls or milliseconds. */
export function stdioFaults(mode: StdioMode, amount?: number): StdioProgram {
  return program(new URL('./stdio-faults.ts', import.meta.url), [
    mode,
    ...(amount === undefined ? [] : [String(amount)]),
  ])
}

/** The CRM of `openCrmServer`, with arguments such as `'--deals', '20'`. */
export function crmStdio(...args: readonly string[]): StdioProgram {
  return program(new URL('./crm-stdio.ts', import.meta.url), args)
}

/** The server that asks people, as `openAskingServer` over HTTP. */
export function askingStdio(...era: readonly 'legacy'[]): StdioProgram {
  return program(new URL('./asking-stdio.ts', import.meta.url), era)
}

function program(file: URL, args: readonly string[]): StdioProgram {
  return { command: process.execPath, args: [fileURLToPath(file), ...args] }
}
