import { Argument, type Command } from 'commander'
import { listPlaces, tablesOf, type Tables } from './completion/list-places.ts'
import { renderBash } from './completion/render-bash.ts'
import { renderFish } from './completion/render-fish.ts'
import { renderPowerShell } from './completion/render-powershell.ts'
import { renderZsh } from './completion/render-zsh.ts'

const RENDERERS: Readonly<Record<string, (tables: Tables) => string>> = {
  bash: renderBash,
  zsh: renderZsh,
  fish: renderFish,
  powershell: renderPowerShell,
}

/** `sophia completion <shell>`: a script made of the commands this program has, so that a new one is completed by itself. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .alias('completions')
    .description('print what makes a shell complete the sophia command')
    .addArgument(new Argument('<shell>', 'whose language').choices(Object.keys(RENDERERS)))
    .action((shell: string) => console.log(RENDERERS[shell]?.(tablesOf(listPlaces(program))).trimEnd()))
}
