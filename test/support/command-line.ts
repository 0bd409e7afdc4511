import type { TestContext } from 'node:test'
import { Command } from 'commander'

/** Runs one command line of what `add` adds to the program; answers what it printed. */
export async function runCommandLine(
  t: TestContext,
  add: (program: Command) => void,
  words: readonly string[],
): Promise<string> {
  const log = t.mock.method(console, 'log', () => undefined)
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
  add(program)
  try {
    await program.parseAsync([...words], { from: 'user' })
    return log.mock.calls.map((call) => String(call.arguments[0])).join('\n')
  } finally {
    log.mock.restore()
  }
}
