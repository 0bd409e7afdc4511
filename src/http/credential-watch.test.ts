import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import type { Principal } from '#domain/permission.ts'
import { createSteppedClock } from '../../test/support/stepped-clock.ts'
import { createCredentialWatch } from './credential-watch.ts'

const ANN: Principal = {
  memberId: 'ann',
  email: 'ann@example.com',
  name: 'Ann',
  role: 'admin',
  rowScope: 'all',
  visible: { kind: 'all' },
  teamId: null,
  repId: null,
  credential: { kind: 'session', id: 'session-of-ann' },
  allowedActions: null,
}

/** A watch over one session whose standing the test decides. */
function open(t: TestContext) {
  const clock = createSteppedClock()
  const present = { standing: { role: ANN.role as Principal['role'] } }
  const credentials = createCredentialWatch({
    clock,
    log: pino({ level: 'silent' }),
    check: async (held) =>
      new Map(
        held.flatMap((one) =>
          one.role === present.standing.role ? [] : [[one.credential.id, { ...one, ...present.standing }] as const],
        ),
      ),
  })
  t.after(async () => {
    const closing = credentials.close()
    await clock.advance(5000)
    await closing
  })
  const watch = (principal: Principal) => {
    const told: (string | undefined)[] = []
    credentials.watch(principal, (now) => told.push(now?.role))
    return told
  }
  return { clock, present, watch, credentials }
}

test('who joins others with a principal that is behind is told, within a moment', async (t) => {
  const { clock, present, watch } = open(t)
  const first = watch(ANN)
  present.standing = { role: 'viewer' }
  await clock.advance(2000)
  assert.deepEqual(first, ['viewer'])
  const second = watch(ANN)
  await clock.advance(250)
  assert.deepEqual(second, ['viewer'])
  await clock.advance(4000)
  assert.deepEqual([first, second], [['viewer'], ['viewer']], 'once is enough')
})

test('who joins with a principal that is ahead of the others is not taken back: the others are told', async (t) => {
  const { clock, present, watch } = open(t)
  const behind = watch(ANN)
  await clock.advance(250)
  present.standing = { role: 'viewer' }
  const ahead = watch({ ...ANN, role: 'viewer' })
  await clock.advance(250)
  assert.deepEqual([behind, ahead], [['viewer'], []])
})
