import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireProgram } from './find-program.ts'

/** What systemd's own judges say of a unit, without a systemd that runs. */
export interface UnitVerdict {
  /** Complaints of `systemd-analyze verify`. Its exit code does not tell of unknown keys and bad values: these words do. */
  readonly complaints: string
  /** Exposure from 0 to 10 by `systemd-analyze security`; NaN when it gave none. */
  readonly exposure: number
}

/** Has systemd read and judge a unit. `--user` units are read as a user's manager reads them. */
export function judgeUnit(text: string, scope: 'system' | 'user'): UnitVerdict {
  const folder = mkdtempSync(join(tmpdir(), 'sophia-unit-'))
  const file = join(folder, 'sophia.service')
  try {
    writeFileSync(file, text)
    const analyze = (...words: string[]) =>
      spawnSync(requireProgram('systemd-analyze'), [...words, file], {
        encoding: 'utf8',
        // Whoever reads as a user's manager does wants to know where that would keep its sockets.
        env: { ...process.env, XDG_RUNTIME_DIR: folder },
      })
    const verified = analyze('verify', '--man=no', `--${scope}`)
    // Judged as of the whole machine in both cases: offline it takes no word about the manager.
    const judged = analyze('security', '--offline=true', '--no-pager')
    const overall = /Overall exposure level for \S+: ([\d.]+)/.exec(judged.stdout)
    return { complaints: `${verified.stdout}${verified.stderr}`, exposure: Number(overall?.[1] ?? NaN) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
