import type { Socket } from 'node:net'

/** The server speaks, and offers no TLS on this line. */
export class TlsNotOffered extends Error {
  constructor() {
    super('The server offers no TLS.')
    this.name = 'TlsNotOffered'
  }
}

/** How a line becomes one of TLS: at once, or after a word in the protocol that is spoken on it. */
export type TlsBeginning = 'direct' | 'postgres' | 'smtp'

/** Length and number of PostgreSQL's SSLRequest. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const LONGEST_REPLY = 20_000

/** Brings a connected line to where the handshake begins. Throws TlsNotOffered, or what the line met. */
export async function startTls(socket: Socket, beginning: TlsBeginning): Promise<void> {
  if (beginning === 'direct') return
  if (beginning === 'postgres') {
    socket.write(SSL_REQUEST)
    if ((await readUntil(socket, (text) => text.length > 0)) !== 'S') throw new TlsNotOffered()
    return
  }
  await readReply(socket)
  socket.write('EHLO sophia\r\n')
  if (!/^250[ -]STARTTLS\b/im.test(await readReply(socket))) throw new TlsNotOffered()
  socket.write('STARTTLS\r\n')
  if (!(await readReply(socket)).startsWith('220')) throw new TlsNotOffered()
}

/** SMTP: lines with a dash after their number go on, the one with a blank ends it. */
function readReply(socket: Socket): Promise<string> {
  return readUntil(socket, (text) => /^\d{3} [^\n]*\r?\n$/m.test(text))
}

function readUntil(socket: Socket, isWhole: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const hear = (chunk: Buffer): void => {
      text += chunk.toString('latin1')
      if (isWhole(text)) settle(() => resolve(text))
      else if (text.length > LONGEST_REPLY) settle(() => reject(new Error('The server says too much before TLS.')))
    }
    const fail = (error: Error): void => settle(() => reject(error))
    const end = (): void => settle(() => reject(new Error('The server hung up before TLS.')))
    const settle = (done: () => void): void => {
      socket.off('data', hear).off('error', fail).off('close', end)
      done()
    }
    socket.on('data', hear).once('error', fail).once('close', end)
  })
}
