/** The server's process ended. */
export class ProcessExit extends Error {
  readonly exitCode: number | null

  constructor(exitCode: number | null, lastWords: string, cause: unknown) {
    const said = lastWords === '' ? '' : ` It said: ${lastWords.split('\n').slice(-3).join(' ')}`
    super(`The server's process ended${exitCode === null ? '' : ` with code ${exitCode}`}.${said}`, { cause })
    this.name = 'ProcessExit'
    this.exitCode = exitCode
  }
}
