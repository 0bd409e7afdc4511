import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect as connectEncrypted, type SecureContextOptions } from 'node:tls'
import { INBOUND_TLS } from '#platform/tls/protocols.ts'
import { makeCertificate } from '../../test/support/certificates.ts'
import { createListener } from './create-listener.ts'
import { followCertificate } from './follow-certificate.ts'
import { refuseConnection } from './refuse-connection.ts'

const folder = mkdtempSync(join(tmpdir(), 'sophia-listener-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function optionsOf(name: string): SecureContextOptions {
  mkdirSync(join(folder, name))
  const { ca, keyFile } = makeCertificate(join(folder, name), `DNS:${name}`, {
    key: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  })
  return { ...INBOUND_TLS, cert: ca, key: readFileSync(keyFile, 'utf8') }
}

const first = optionsOf('first')
const second = optionsOf('second')

/** As the door has it, with what Node's parser complains of answered. */
async function listen(handshakeTimeout: number): Promise<{ server: Server; port: number }> {
  const server = createListener((_request, response) => response.end(), { ...first, handshakeTimeout })
  server.on('clientError', refuseConnection)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // It listens on TCP, so the address has a port.
  return { server, port: (server.address() as AddressInfo).port }
}

async function openMute(port: number): Promise<{ socket: Socket; ended: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.resume()
  return { socket, ended: once(socket, 'close') }
}

test(
  'who says nothing, or something else than TLS, is hung up on, and holds up no end of the server',
  { timeout: 20_000 },
  async () => {
    const { server, port } = await listen(500)
    const mute = await openMute(port)
    const other = await openMute(port)
    other.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await Promise.all([mute.ended, other.ended])
    const late = await openMute(port)
    const accepted = await new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
    assert.ok(accepted <= 1, `${accepted} are held`)
    const closed = once(server, 'close')
    server.close()
    await Promise.all([closed, late.ended])
  },
)

test('a certificate that was renewed before anybody was told of it is in force, and so is the next', async () => {
  const { server, port } = await listen(10_000)
  after(() => server.close())
  const nameShown = (): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      const socket = connectEncrypted({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().subjectaltname)
        socket.destroy()
      })
      socket.on('error', reject)
    })
  assert.equal(await nameShown(), 'DNS:first')
  const listeners: ((options: SecureContextOptions) => void)[] = []
  followCertificate(server, { options: () => second, onRenewed: (listener) => void listeners.push(listener) })
  assert.equal(await nameShown(), 'DNS:second')
  for (const tell of listeners) tell(first)
  assert.equal(await nameShown(), 'DNS:first')
})
