import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NO_FILE, parseServersFile, readServersFile } from './read-servers-file.ts'

test('both kinds of server are read, in the form that other clients write', () => {
  const { servers, faults } = parseServersFile(
    JSON.stringify({
      mcpServers: {
        'Our CRM': { url: 'https://crm.example.com/mcp', headers: { 'X-Key': 'k' }, critical: true, type: 'http' },
        files: { command: 'node', args: ['files.js'], env: { ROOT: '/srv' }, disabled: true },
      },
    }),
  )
  assert.deepEqual(faults, [])
  assert.deepEqual(
    servers.map(({ id, name, isCritical, isEnabled, target }) => [id, name, isCritical, isEnabled, target.kind]),
    [
      ['our-crm', 'Our CRM', true, true, 'streamable-http'],
      ['files', 'files', false, false, 'stdio'],
    ],
  )
})

test('a fault says its line, its field and why, and leaves the others in force', () => {
  const text = [
    '{ "mcpServers": {',
    '  "good": { "url": "https://a.example/mcp" },',
    '  "bad": { "url": "ftp://a.example" },',
    '  "odd": { "command": "x", "argz": [] }',
    '} }',
  ].join('\n')
  const { servers, faults } = parseServersFile(text)
  assert.deepEqual(
    servers.map(({ id }) => id),
    ['good'],
  )
  assert.equal(faults.length, 2)
  assert.match(faults[0] ?? '', /^line 3: bad\.url: /)
  assert.match(faults[1] ?? '', /^line 4: odd/)
})

test('broken JSON, another shape and names that clash are told, and nothing throws', () => {
  assert.match(parseServersFile('{ "mcpServers": {').faults[0] ?? '', /^line 1/)
  assert.match(parseServersFile('[]').faults[0] ?? '', /expected \{"mcpServers"/)
  const clash = parseServersFile('{"mcpServers": {"a b": {"command": "x"}, "a-b": {"command": "y"}}}')
  assert.deepEqual([clash.servers.length, clash.faults.length], [1, 1])
  fc.assert(
    fc.property(fc.json(), (text) => {
      const { servers, faults } = parseServersFile(text)
      assert.ok(Array.isArray(servers) && faults.every((fault) => fault.startsWith('line ')))
    }),
  )
})

test('a file that is not there holds no servers and is no fault', async () => {
  assert.deepEqual(await readServersFile('/nonexistent/mcp.json'), NO_FILE)
})
