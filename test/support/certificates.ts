import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireProgram } from './find-program.ts'

/**
 * A key and a certificate that vouches for itself, for a server under this name (`IP:127.0.0.1`, `DNS:localhost`), in a folder. What was
 * there under these file names is written over.
 */
export function makeCertificate(folder: string, name: string, { days = 2, key = ['rsa:2048'] } = {}) {
  const [keyFile, certificateFile] = [join(folder, 'server.key'), join(folder, 'server.crt')]
  const made = spawnSync(
    requireProgram('openssl'),
    [
      ...'req -x509 -nodes -subj /CN=test -newkey'.split(' '),
      ...key,
      '-days',
      String(days),
      '-addext',
      `subjectAltName=${name}`,
      '-keyout',
      keyFile,
      '-out',
      certificateFile,
    ],
    { encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`There is no certificate: ${made.stderr}`)
  return { keyFile, certificateFile, ca: readFileSync(certificateFile, 'utf8') }
}

const DAY_MS = 86_400_000

/** The same certificate again, as one that was written days ago and ends in days; answers it in PEM form. */
export function ageCertificate(
  { keyFile, certificateFile }: { readonly keyFile: string; readonly certificateFile: string },
  { name, lived, left }: { readonly name: string; readonly lived: number; readonly left: number },
): string {
  const folder = mkdtempSync(join(tmpdir(), 'sophia-aged-'))
  const settings = [
    '[ca]\ndefault_ca=own',
    '[own]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=any\nx509_extensions=named',
    `[any]\ncommonName=supplied\n[named]\nsubjectAltName=${name}\nbasicConstraints=critical,CA:TRUE\n`,
  ]
  writeFileSync(join(folder, 'settings'), settings.join('\n'))
  writeFileSync(join(folder, 'index'), '')
  const dayFromNow = (days: number): string =>
    `${new Date(Date.now() + days * DAY_MS).toISOString().replaceAll(/[-:T]|\..*/g, '')}Z`
  try {
    const own = ['-ss_cert', certificateFile, '-cert', certificateFile, '-keyfile', keyFile]
    const days = ['-startdate', dayFromNow(-lived), '-enddate', dayFromNow(left)]
    const parts = ['ca', '-batch', '-notext', '-config', 'settings', ...own, ...days, '-out', 'aged']
    const made = spawnSync(requireProgram('openssl'), parts, { cwd: folder, encoding: 'utf8' })
    if (made.status !== 0) throw new Error(`There is no certificate: ${made.stderr}`)
    return readFileSync(join(folder, 'aged'), 'utf8')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
