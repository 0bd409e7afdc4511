import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a kubelet sets for the whole machine. */
const NAMES = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
]

/** Remembers the settings as they are; answers what puts back those that changed. */
export function keepKernelSettings(root = '/proc/sys'): () => void {
  const files = NAMES.map((name) => join(root, name)).filter((file) => existsSync(file))
  const before = files.map((file) => ({ file, text: readFileSync(file, 'utf8') }))
  return () => {
    for (const { file, text } of before) if (readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
  }
}
