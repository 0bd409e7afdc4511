import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestHouse } from '../../test/support/house.ts'
import { runCommandLine } from '../../test/support/command-line.ts'
import { joinHouse } from '../../test/support/visitors.ts'
import { addPersonasCommand } from './personas-command.ts'

test('an unknown colleague or version is answered with the command that lists what there is', async (t) => {
  const house = await openTestHouse()
  const { principal } = await joinHouse(house, { role: 'owner' })
  const run = (...words: string[]): Promise<string> =>
    runCommandLine(
      t,
      (program) =>
        addPersonasCommand(program, async () => ({ ...house.rooms, principal, close: async () => undefined })),
      ['personas', ...words],
    )
  for (const words of [
    ['activate', 'nobody', 'abcd'],
    ['diff', 'nobody'],
  ])
    await assert.rejects(run(...words), {
      code: 'PERSONA_NOT_FOUND',
      message: /no colleague "nobody".*sophia personas list/,
    })
  await assert.rejects(run('activate', 'marcus', '00000000'), {
    code: 'NOT_FOUND',
    message: /No single version of marcus begins with "00000000"\. "sophia personas diff marcus" lists them/,
  })
})
