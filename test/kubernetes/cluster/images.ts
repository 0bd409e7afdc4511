import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildImage, IMAGE } from '../../container/build-image.ts'
import { openDocker, type Docker } from '../../container/docker.ts'
import { makeStandIns } from '../../container/stand-ins.ts'
import { requireGo } from '../programs.ts'
import { PAUSE_IMAGE } from './node.ts'

interface Wishes {
  /** For what is in between. */
  readonly folder: string
  readonly isStandIn: boolean
  readonly ca: string | undefined
  readonly stop: Stop
}

/** How often it was asked to stop, and what is done about it just now. */
export interface Stop {
  times: number
  by: (times: number) => void
}

/** Waits to be ended, as all that holds a pod's network has to. */
const PAUSE = `package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	<-ended
}
`

/** Builds Sophia's image and the one that holds a pod's network, and saves both in one archive. */
export async function buildImages(archive: string, { folder, isStandIn, ca, stop }: Wishes): Promise<void> {
  const place = join(folder, 'docker')
  mkdirSync(place)
  const docker = await openDocker(place)
  try {
    // Without its daemon no step of it goes on.
    stop.by = () => void docker.close()
    if (isStandIn) await makeStandIns(docker, folder, { forBuild: true })
    await buildImage(docker, { isUponStandIn: isStandIn, ca })
    await buildPause(docker, join(folder, 'pause'))
    await docker.docker(['save', '--output', archive, IMAGE, PAUSE_IMAGE])
  } finally {
    await docker.close()
  }
}

async function buildPause({ docker }: Docker, folder: string): Promise<void> {
  mkdirSync(folder)
  writeFileSync(join(folder, 'main.go'), PAUSE)
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY pause /\nUSER 65535:65535\nENTRYPOINT ["/pause"]\n')
  const args = ['build', '-trimpath', '-ldflags=-s -w', '-o', 'pause', 'main.go']
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' }
  const { status, stderr } = spawnSync(requireGo(), args, { cwd: folder, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`The pause program could not be built: ${stderr}`)
  await docker(['build', '--quiet', '--tag', PAUSE_IMAGE, folder])
  rmSync(folder, { recursive: true })
}
