import type { Command } from 'commander'
import type { Imports } from '#features/imports/index.ts'
import type { OpenImports } from './import-command.ts'

/** `sophia sample load|remove`. */
export function addSampleCommand(program: Command, open: OpenImports): void {
  const sample = program
    .command('sample')
    .description('the sample company: load it to explore, remove it for your own data')
  addVerb(sample, {
    name: 'load',
    description: 'load the sample company, its dates counted back from today',
    run: ({ imports, principal }) => imports.loadSample(principal),
    open,
  })
  addVerb(sample, {
    name: 'remove',
    description: 'take the sample company out again',
    run: ({ imports, principal }) => imports.removeSample(principal),
    open,
  })
}

type Opened = Awaited<ReturnType<OpenImports>>

interface Verb {
  readonly name: string
  readonly description: string
  readonly run: (opened: Opened) => ReturnType<Imports['loadSample']>
  readonly open: OpenImports
}

function addVerb(sample: Command, { name, description, run, open }: Verb): void {
  sample
    .command(name)
    .description(description)
    .option('--json', 'print JSON')
    .action(async (flags: { json?: boolean }) => {
      const opened = await open()
      try {
        const state = await run(opened)
        if (flags.json) return console.log(JSON.stringify(state))
        const counts = Object.entries(state.counts).map(([kind, rows]) => `${rows.toLocaleString('en-US')} ${kind}`)
        console.log(
          state.isLoaded
            ? `The sample company is loaded as of ${state.asOf ?? 'today'}: ${counts.join(', ')}.`
            : 'The sample company is not loaded.',
        )
      } finally {
        await opened.close()
      }
    })
}
