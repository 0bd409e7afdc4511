import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'

/** The files of the deployment by Compose below a folder, with `prepare.sh`, which writes beside itself. */
export function copyDeployment(folder: string) {
  const copy = mkdtempSync(join(folder, 'deploy-'))
  cpSync('deploy/compose', join(copy, 'compose'), {
    recursive: true,
    filter: (path) => !/\/(secrets|state|\.env)/.test(path),
  })
  cpSync('deploy/redis', join(copy, 'redis'), { recursive: true })
  const prepare = (...words: string[]) =>
    spawnSync('sh', [join(copy, 'compose/prepare.sh'), ...words], { encoding: 'utf8' })
  return { copy, prepare }
}
