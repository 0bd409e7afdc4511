import { createInterface, type Interface } from 'node:readline/promises'
import type { Command } from 'commander'
import type { TurnEvent } from '#contract/turn-events.ts'
import { SophiaError, type ErrorCode, ERRORS } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { Conversations } from '#features/conversations/index.ts'
import { createId } from '#platform/crypto/ids.ts'
import { withoutControls } from '#platform/log/without-controls.ts'
import { answerAtTerminal } from './answer-at-terminal.ts'
import { createJsonPrinter, createTextPrinter, type ChatPrinter } from './chat-printer.ts'
import { EXIT, exitCodeOf } from './exit-code.ts'
import { readLine } from './read-line.ts'

/** What the command works with; `close` lets go of everything it opened. */
type OpenChat = () => Promise<{ conversations: Conversations; principal: Principal; close(): Promise<void> }>

interface ChatOptions {
  readonly json?: boolean
  readonly conversation?: string
}

interface Chat {
  readonly conversations: Conversations
  readonly principal: Principal
  readonly conversationId: string
  readonly isJson: boolean
  /** Present when there is a person to ask. */
  readonly terminal: Interface | undefined
}

/** `sophia chat <persona> ["text"]`. */
export function addChatCommand(program: Command, open: OpenChat): void {
  program
    .command('chat <persona> [text]')
    .description('ask a colleague; without a text, go on until you leave')
    .option('--json', 'print the events as JSON lines')
    .option('--conversation <id>', 'go on in this conversation')
    .action(async (persona: string, text: string | undefined, options: ChatOptions) => {
      const opened = await open()
      const { conversations, principal } = opened
      const terminal = process.stdin.isTTY
        ? createInterface({ input: process.stdin, output: process.stderr })
        : undefined
      try {
        const conversation = options.conversation
          ? await conversations.getConversation(principal, options.conversation)
          : await conversations.createConversation(principal, { persona })
        const chat: Chat = {
          conversations,
          principal,
          conversationId: conversation.id,
          isJson: options.json ?? false,
          terminal,
        }
        await (text === undefined ? converse(chat, persona) : askOnce(chat, text))
      } finally {
        terminal?.close()
        await opened.close()
      }
    })
}

async function askOnce(chat: Chat, text: string): Promise<void> {
  const failure = await ask(chat, text)
  if (failure !== undefined) process.exitCode = failure
}

async function converse(chat: Chat, persona: string): Promise<void> {
  if (!chat.terminal)
    throw new SophiaError('INVALID_INPUT', {
      detail: 'There is no terminal to talk at; give the question as an argument.',
    })
  process.stderr.write(`Talking with ${persona}. An empty line or Ctrl-D leaves.\n`)
  for (;;) {
    const text = await readLine(chat.terminal, '> ')
    if (text === undefined || text.trim() === '') return
    await ask(chat, text)
  }
}

/** One question with its answer; Ctrl-C stops the answer. Answers the exit code of a failure. */
async function ask(chat: Chat, text: string): Promise<number | undefined> {
  const { conversations, principal, conversationId } = chat
  const { turnId } = await conversations.postMessage(principal, { conversationId, message: { id: createId(), text } })
  const stop = (): void => void conversations.cancelTurn(principal, turnId).catch(() => undefined)
  process.once('SIGINT', stop)
  chat.terminal?.once('SIGINT', stop)
  try {
    return await follow(
      chat,
      turnId,
      chat.isJson ? createJsonPrinter(process.stdout) : createTextPrinter(process.stdout),
    )
  } finally {
    process.off('SIGINT', stop)
    chat.terminal?.off('SIGINT', stop)
  }
}

async function follow(chat: Chat, turnId: string, printer: ChatPrinter): Promise<number | undefined> {
  const { conversations, principal } = chat
  const gone = new AbortController()
  let failure: number | undefined
  for await (const placed of await conversations.readTurnEvents({ principal, turnId, signal: gone.signal })) {
    const { event } = placed
    printer.print(placed)
    if (event.type === 'approval-needed') await decide(chat, turnId, event)
    if (event.type === 'question-asked') await answer(chat, turnId, event)
    if (event.type === 'turn-restart') failure = undefined
    if (event.type === 'turn-error') failure = isErrorCode(event.code) ? exitCodeOf(event.code) : EXIT.failed
    if (event.type === 'turn-end' && event.status === 'cancelled') failure = EXIT.failed
  }
  return failure
}

/** Asks the person; without one nothing is approved. */
async function decide(
  chat: Chat,
  turnId: string,
  event: Extract<TurnEvent, { type: 'approval-needed' }>,
): Promise<void> {
  const { conversations, principal, terminal } = chat
  const question = `${event.tool} ${JSON.stringify(event.input)}`
  const note = event.note === undefined ? '' : `${event.note}\n`
  if (!terminal) process.stderr.write('A change was asked for and declined: there is no terminal to approve it at.\n')
  const answer = terminal ? await readLine(terminal, `\n${note}Allow ${withoutControls(question)}? [y/N] `) : undefined
  const approve = /^y(es)?$/i.test(answer?.trim() ?? '')
  try {
    await conversations.answerApproval({ principal, turnId, callId: event.callId, approve })
  } catch (error) {
    if (!(error instanceof SophiaError)) throw error
    // Too late, or decided elsewhere: the answer goes on and says so.
    process.stderr.write(`${error.message}\n`)
  }
}

/** Puts a server's question to the person, again while an answer does not fit; without a person it is declined. */
async function answer(
  { conversations, principal, terminal }: Chat,
  turnId: string,
  question: Extract<TurnEvent, { type: 'question-asked' }>,
): Promise<void> {
  if (!terminal)
    process.stderr.write(
      `${withoutControls(question.from)} asked something and was declined: there is no terminal to answer it at.\n`,
    )
  for (;;) {
    const given = terminal
      ? // oxlint-disable-next-line no-await-in-loop
        await answerAtTerminal(question, (prompt) => readLine(terminal, prompt))
      : { action: 'decline' as const }
    try {
      // oxlint-disable-next-line no-await-in-loop
      await conversations.answerQuestion({ principal, turnId, questionId: question.questionId, answer: given })
      return
    } catch (error) {
      if (!(error instanceof SophiaError)) throw error
      const faults = error.faults.map(({ path, message }) => `\n  ${path}: ${message}`).join('')
      process.stderr.write(`${error.message}${withoutControls(faults)}\n`)
      // Too late, or answered elsewhere: the call goes on without it.
      if (error.code !== 'INVALID_INPUT') return
    }
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return code in ERRORS
}
