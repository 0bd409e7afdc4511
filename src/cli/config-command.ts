import type { Command } from 'commander'
import { judgeCertificate } from '#domain/certificate/judge-certificate.ts'
import { openCertificate } from '#platform/tls/certificate-keeper.ts'
import { describeSettings, readConfig } from '#platform/config/config.ts'

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
      for (const { name, value, isSet } of settings) console.log(`${isSet ? '*' : ' '} ${name.padEnd(width)}  ${value}`)
      console.log(
        `\nHome: ${config.home}\n${certificate ? `Certificate: ${certificate.detail}\n` : ''}Models, in order: ${config.models.order.join(', ')}\n* set in this environment`,
      )
    })
}
