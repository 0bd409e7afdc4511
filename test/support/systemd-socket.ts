import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { requireProgram } from './find-program.ts'
import { startProgram } from './program.ts'
import { until } from './until.ts'

/**
 * Listens as systemd does, on a datagram socket, which Node cannot open. Whoever waits until it was heard sends the end of a pipe along; to
 * close it is to have heard.
 */
const LISTEN = `
import os, socket, sys
line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
line.bind(sys.argv[1])
print("listening", flush=True)
while True:
    data, ends, _, _ = socket.recv_fds(line, 4096, 8)
    for end in ends: os.close(end)
    for word in data.decode().splitlines(): print("said " + word, flush=True)
`

/** A machine that runs other tests beside this one may take its time. */
const HEAR_LIMIT_MS = 120_000

export interface SystemdSocket {
  readonly path: string
  /** All that was said so far, a line each; without what only asks whether it was heard. */
  heard(): string[]
  /** Waits until something like this was said. */
  hears(pattern: RegExp): Promise<void>
}

/** Stands in the place of systemd's notification socket until the test file ends. */
export async function openSystemdSocket(): Promise<SystemdSocket> {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-notify-'))
  const path = join(folder, 'notify')
  const listener = startProgram(requireProgram('python3'), ['-c', LISTEN, path])
  after(async () => {
    listener.kill('SIGTERM')
    await listener.ended
    await rm(folder, { recursive: true, force: true })
  })
  await listener.said(/(listening)/)
  const heard = (): string[] =>
    [...listener.output().matchAll(/^said (.+)$/gm)].map(([, word = '']) => word).filter((word) => word !== 'BARRIER=1')
  const hears = (pattern: RegExp): Promise<void> =>
    until(() => heard().some((word) => pattern.test(word)), `systemd hears ${String(pattern)}`, HEAR_LIMIT_MS)
  return { path, heard, hears }
}
