import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tellSettings } from './tell-settings.ts'

const FILE = '/etc/sophia/service.env'
const lines = "DATABASE_URL='postgres://secret'\nSOPHIA_PORT='9000'\n"

test('an installation names the settings that it wrote, and never a value', () => {
  const told = tellSettings({ file: FILE, lines, before: null, isBySudo: false })
  assert.equal(told, `Settings were written to ${FILE}: DATABASE_URL, SOPHIA_PORT`)
})

test('without settings it says that none were written, and after sudo how it hands them on', () => {
  const none = { file: FILE, lines: '', before: null }
  const bySudo = tellSettings({ ...none, isBySudo: true })
  assert.match(
    bySudo,
    /^No settings were written: sudo hands on none .* sudo --preserve-env=DATABASE_URL,\S+ npx sophia/,
  )
  assert.doesNotMatch(tellSettings({ ...none, isBySudo: false }), /sudo/)
})

test('settings that stay are held against those set here: what was not taken is named', () => {
  const stay = { file: FILE, lines, isBySudo: true }
  assert.equal(tellSettings({ ...stay, before: lines }), `Settings stay as they are in ${FILE}`)
  const other = tellSettings({ ...stay, before: "SOPHIA_PORT='9000'\n" })
  assert.match(other, /stay as they are .* not taken: DATABASE_URL\. To have them, write them there/)
  assert.doesNotMatch(other, /secret/)
})
