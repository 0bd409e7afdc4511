import { createLog, logCounts } from '#platform/log/log.ts'

/** Logs as many lines as it is told to by each line on standard input, and answers what was lost; ends with its input. */
const log = createLog({ level: 'info', isForPeople: false })
let said = 0

process.stdin.on('data', (chunk: Buffer) => {
  const lines = Number(chunk.toString())
  for (let at = 0; at < lines; at += 1) log.info(`line ${(said += 1)} ${'of many words '.repeat(60)}`)
  // What was waiting to be written has had its turn by then.
  setTimeout(() => {
    const { lost } = logCounts(log)
    process.stdout.write(`${JSON.stringify({ said, lost })}\n`)
  }, 100)
})
process.stdin.on('end', () => process.exit(0))
