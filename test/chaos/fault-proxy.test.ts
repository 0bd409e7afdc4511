import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { until } from '../support/until.ts'
import { runScript } from '../support/child-process.ts'
import { startFaultProxy } from './fault-proxy.ts'

/** A line with a far end that says everything back. */
async function openLine() {
  const met: Socket[] = []
  const server = createServer((socket) => {
    met.push(socket)
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // It listens on TCP, so the address has a port.
  const proxy = await startFaultProxy({ port: (server.address() as AddressInfo).port })
  const callers: Socket[] = []
  after(async () => {
    for (const socket of [...callers, ...met]) socket.destroy()
    await proxy.close()
    server.close()
  })
  const call = async () => {
    const socket = connect({ host: '127.0.0.1', port: proxy.port })
    callers.push(socket)
    let heard = ''
    let fault: string | undefined
    let isClosed = false
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => (heard += text))
    socket.on('error', (error) => (fault = 'code' in error ? String(error.code) : error.message))
    socket.on('close', () => (isClosed = true))
    return {
      socket,
      heard: () => heard,
      fault: () => fault,
      isClosed: () => isClosed,
      say: (text: string) => socket.write(text),
    }
  }
  return { proxy, call, met }
}

test('a good line carries all bytes in order and ends when its ends do', async () => {
  const { proxy, call, met } = await openLine()
  const caller = await call()
  const text = 'abc'.repeat(200_000)
  caller.say(text)
  await until(() => caller.heard().length === text.length, 'all came back')
  assert.equal(caller.heard(), text)
  caller.socket.end()
  await until(() => caller.isClosed() && met[0]?.destroyed === true, 'both ends are closed')
  await until(() => proxy.connections() === 0, 'nothing is held')
})

test('latency and bandwidth make what is said arrive later, and all of it', async () => {
  const { proxy, call } = await openLine()
  const caller = await call()
  proxy.set({ latencyMs: 60 })
  const startedMs = performance.now()
  caller.say('hello')
  await until(() => caller.heard() === 'hello', 'it came back')
  assert.ok(performance.now() - startedMs >= 118, 'twice the latency')
  proxy.set({ latencyMs: 0, bytesPerSecond: 50_000 })
  const slowMs = performance.now()
  caller.say('x'.repeat(5000))
  await until(() => caller.heard().length === 5005, 'all came back')
  assert.ok(performance.now() - slowMs >= 195, 'a tenth of a second in each direction')
})

test('a black hole swallows nothing: when it ends, what was said arrives', async () => {
  const { proxy, call } = await openLine()
  const caller = await call()
  caller.say('one')
  await until(() => caller.heard() === 'one', 'the line is good')
  proxy.set({ isBlackHole: true })
  caller.say('two')
  const other = await call()
  await once(other.socket, 'connect')
  other.say('three')
  const third = await openLine()
  const witness = await third.call()
  witness.say('meanwhile')
  await until(() => witness.heard() === 'meanwhile', 'another line carries meanwhile')
  assert.equal(caller.heard(), 'one')
  assert.equal(other.heard(), '')
  assert.equal(caller.isClosed() || other.isClosed(), false)
  proxy.clear()
  await until(() => caller.heard() === 'onetwo' && other.heard() === 'three', 'what was said arrived')
})

test('a reset ends what is there and lets the next come through; a refusing line lets none', async () => {
  const { proxy, call } = await openLine()
  const caller = await call()
  caller.say('one')
  await until(() => caller.heard() === 'one', 'the line is good')
  proxy.reset()
  await until(() => caller.isClosed(), 'it was ended')
  assert.equal(caller.fault(), 'ECONNRESET')
  proxy.set({ isRefusing: true })
  const refused = await call()
  await until(() => refused.isClosed(), 'it was refused')
  proxy.clear()
  const next = await call()
  next.say('two')
  await until(() => next.heard() === 'two', 'the next comes through')
})

test('a line that is cut after n bytes carries exactly those', async () => {
  const { proxy, call, met } = await openLine()
  proxy.set({ cutAfterBytes: 7 })
  const caller = await call()
  caller.say('0123456789')
  await until(() => caller.isClosed(), 'it was cut')
  assert.equal(met[0]?.bytesRead, 7)
  assert.equal(caller.fault(), 'ECONNRESET')
})

test('a stranded connection hears nothing for ever, not even that the other end is gone, and new ones work', async () => {
  const { proxy, call, met } = await openLine()
  const caller = await call()
  caller.say('one')
  await until(() => caller.heard() === 'one', 'the line is good')
  proxy.strand()
  caller.say('two')
  met[0]?.destroy()
  const next = await call()
  next.say('three')
  await until(() => next.heard() === 'three', 'a new one works')
  assert.equal(caller.heard(), 'one')
  assert.equal(caller.isClosed(), false)
  caller.socket.destroy()
  await until(() => proxy.connections() === 1, 'it is let go of when both ends are')
})

test('a line that refuses like its far end refuses while nobody is there, on the same port, and comes back with them', async () => {
  const far = createServer((socket) => void socket.on('error', () => undefined).pipe(socket))
  const listen = async (port: number): Promise<void> => {
    far.listen(port, '127.0.0.1')
    await once(far, 'listening')
  }
  await listen(0)
  // It listens on TCP, so the address has a port.
  const { port } = far.address() as AddressInfo
  const proxy = await startFaultProxy({ port, refusesLikeFar: true })
  after(async () => {
    await proxy.close()
    far.close()
  })
  const call = async (): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port: proxy.port })
    const fault = once(socket, 'error').then(([error]) => ('code' in Object(error) ? String(error.code) : 'other'))
    socket.write('one')
    const heard = once(socket, 'data').then(String)
    const answer = await Promise.race([heard, fault])
    // Whichever did not come.
    heard.catch(() => undefined)
    fault.catch(() => undefined)
    socket.destroy()
    return answer
  }
  assert.equal(await call(), 'one')
  far.close()
  await once(far, 'close')
  // The first finds out.
  assert.equal(await call(), 'ECONNRESET')
  assert.equal(await call(), 'ECONNREFUSED')
  await listen(port)
  await until(async () => (await call()) === 'one', 'it carries again')
})

test('a connection that said its end and is cut then keeps no process alive', { timeout: 60_000 }, async () => {
  const script = runScript(`
    import { connect, createServer } from 'node:net'
    import { cut } from './test/chaos/cut-connection.ts'
    const server = createServer((near) => {
      near.on('error', () => undefined)
      near.end('the end')
      cut(near)
      server.close()
    })
    server.listen(0, '127.0.0.1', () => connect(server.address().port, '127.0.0.1').on('error', () => undefined).resume())
  `)
  const [code] = await once(script.child, 'exit')
  assert.equal(code, 0)
})
