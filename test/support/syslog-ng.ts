import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after } from 'node:test'
import { findSyslogNg } from '../../scripts/find-syslog-ng.ts'
import { startProgram } from './program.ts'

/** What ships for operators. */
const SHIPPED = resolve('deploy/logs/syslog-ng')

interface Pipeline {
  /** The log that is followed. */
  readonly file: string
  /** Where both backends are. */
  readonly url: string
}

/** A real syslog-ng with the files that ship, but for where the log lies and where it goes; stopped with the test file. */
export async function startSyslogNg({ file, url }: Pipeline): Promise<{ stop(): Promise<void> }> {
  const found = findSyslogNg()
  if (!found) throw new Error('syslog-ng was not found. Run: sudo apt-get install syslog-ng-core syslog-ng-mod-http')
  const folder = await mkdtemp(join(tmpdir(), 'sophia-syslog-ng-'))
  const config = [
    '@version: 3.35',
    `@define sophia-log "${file}"`,
    `@define sophia-elasticsearch "${url}"`,
    '@define sophia-data-stream "logs-sophia-default"',
    `@define sophia-loki "${url}"`,
    '@define sophia-buffer-bytes "16777216"',
    `@define sophia-buffer-folder "${folder}"`,
    ...['20-sophia', '30-sophia-to-elasticsearch', '30-sophia-to-loki'].map(
      (name) => `@include "${join(SHIPPED, `${name}.conf`)}"`,
    ),
  ]
  const main = join(folder, 'syslog-ng.conf')
  await writeFile(main, `${config.join('\n')}\n`)
  const places = ['-R', join(folder, 'persist'), '-c', join(folder, 'control'), '-p', join(folder, 'pid')]
  const args = ['-F', '--stderr', '--no-caps', '-f', main, ...found.args, ...places]
  const program = startProgram(found.path, args, { environment: found.environment })
  const stop = async (): Promise<void> => {
    program.kill('SIGTERM')
    await program.ended
  }
  after(async () => {
    await stop()
    await rm(folder, { recursive: true, force: true })
  })
  await program.said(/starting up/)
  return { stop }
}
