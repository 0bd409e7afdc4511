import type { Command } from 'commander'
import { judgeCertificate } from '#domain/certificate/judge-certificate.ts'
import { openCertificate } from '#platform/tls/certificate-keeper.ts'
import { readConfig } from '#platform/config/config.ts'
import { describeSettings } from '#platform/config/describe-settings.ts'

/** `sophia config check`: the settings in force, secrets hidden; every fault at once, exit code 78. */
export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('the settings of this deployment')
    .command('check')
    .description('print the settings in force; report every fault')
    .option('--json', 'print JSON')
    .action((flags: { json?: boolean }) => {
      const config = readConfig()
      const { tls } = config.http
      const certificate = tls && judgeCertificate(openCertificate(tls).facts, new Date())
      const settings = describeSettings()
      if (flags.json) return console.log(JSON.stringify({ home: config.home, models: config.models.order, settings }))
      const width = Math.max(...settings.map(({ name }) => name.length))
      for (const { name, value, from } of settings) console.log(`${markOf(from)} ${name.padEnd(width)}  ${value}`)
      const files = [...new Set(settings.map(({ from }) => from))].filter((from) => markOf(from) === '+')
      console.log(
        [
          '',
          `Home: ${config.home}`,
          ...(certificate ? [`Certificate: ${certificate.detail}`] : []),
          `Models, in order: ${config.models.order.join(', ')}`,
          '* set in this environment',
          ...files.map((file) => `+ set in ${file}`),
        ].join('\n'),
      )
    })
}

function markOf(from: string | null): '*' | '+' | ' ' {
  if (from === null) return ' '
  return from === 'environment' ? '*' : '+'
}
