/** Ends well when the Sophia of this container says that she is ready. Plain JavaScript without dependencies, for it runs often. */
import { request as ask } from 'node:http'
import { request as askEncrypted } from 'node:https'

const isEncrypted = Boolean(process.env.SOPHIA_TLS_CERT || process.env.SOPHIA_TLS_CERT_FILE)
const where = {
  host: '127.0.0.1',
  port: process.env.SOPHIA_PORT || 8000,
  path: '/readyz',
  timeout: 10_000,
  // The certificate is of the name that people type, and nothing secret is said.
  rejectUnauthorized: false,
}
const end = (code, why) => {
  process.stdout.write(`${why}\n`)
  process.exit(code)
}
const request = (isEncrypted ? askEncrypted : ask)(where, ({ statusCode }) =>
  end(statusCode === 200 ? 0 : 1, `HTTP ${statusCode}`),
)
request.on('timeout', () => end(1, 'no answer within 10 s'))
request.on('error', (error) => end(1, error.message))
request.end()
