import { SophiaError } from '#domain/errors.ts'
import type { ChainChunk, ModelMessage, Reservation, TokenUsage, ToolCall, UsageEntry } from '#domain/model.ts'
import { cleanJson, cleanText } from '#domain/turn/clean-text.ts'
import { estimateTokens } from '#domain/turn/history.ts'
import { storePatiently } from '#platform/postgres/store-patiently.ts'
import { abortableEach } from './abortable.ts'
import { nameMemories } from './remembered.ts'
import type { TurnContext } from './turn-context.ts'
import { createSpeaker, emit, type TurnWork } from './turn-work.ts'

/** What one call of the model gave. */
interface Round {
  readonly text: string
  readonly calls: readonly ToolCall[]
  readonly reason: Extract<ChainChunk, { type: 'end' }>['reason']
}

interface Started {
  readonly provider: string
  readonly model: string
  readonly isKept?: boolean
}

/** Calls the model once: money reserved before, text said as it comes, usage settled after. */
export async function runRound(work: TurnWork, context: TurnContext, round: number): Promise<Round> {
  const { house } = work
  const inputTokens = context.fixedTokens + context.messages.reduce((sum, message) => sum + tokensOf(message), 0)
  const label = context.persona.definition.model ?? house.chain.label
  const reservation = await house.budget.reserve({
    memberId: work.turn.memberId,
    model: label,
    inputTokens,
    maxOutputTokens: house.limits.maxOutputTokens,
  })
  const account = openAccount(work, context, { reservation, inputTokens })
  try {
    const result = await readStream(work, context, {
      round,
      onStarted: (started) => account.started(started),
      onUsage: (usage) => account.used(usage),
    })
    await account.settle()
    return result
  } catch (error) {
    await account.settleBroken(work.text)
    throw error
  }
}

interface StreamListener {
  readonly round: number
  onStarted(started: Started): void
  onUsage(usage: TokenUsage): void
}

async function readStream(work: TurnWork, context: TurnContext, listener: StreamListener): Promise<Round> {
  const speaker = createSpeaker(work)
  const textBefore = work.text.length
  const calls: ToolCall[] = []
  let reason: Round['reason'] | undefined
  for await (const chunk of abortableEach(openStream(work, context), work.signal)) {
    switch (chunk.type) {
      case 'started':
        listener.onStarted(chunk)
        nameMemories(work, context.memories, chunk.provider)
        break
      case 'text-delta':
        speaker.push(chunk.text)
        await work.lane.room()
        break
      case 'tool-call':
        calls.push(uniqueCall(work, chunk.call, { round: listener.round, taken: calls }))
        break
      case 'end':
        reason = chunk.reason
        listener.onUsage(chunk.usage)
        break
    }
  }
  // One that broke off says nothing more: half of a pair that it held back stays unsaid.
  if (reason === undefined) throw new SophiaError('MODEL_STREAM_BROKEN')
  speaker.end()
  return { text: work.text.slice(textBefore), calls, reason }
}

function openStream(work: TurnWork, context: TurnContext): AsyncIterable<ChainChunk> {
  const { model } = context.persona.definition
  return work.house.chain.stream({
    stableInstructions: context.stableInstructions,
    turnInstructions: context.turnInstructions,
    messages: context.messages,
    tools: context.tools,
    maxOutputTokens: work.house.limits.maxOutputTokens,
    signal: work.signal,
    keptFor: work.turn.memberId,
    ...(model === null ? {} : { preferred: model }),
  })
}

/** Some providers count their calls from zero in each round, and each attempt asks anew: readers need an id that is unique in the turn. */
function uniqueCall(work: TurnWork, call: ToolCall, place: { round: number; taken: readonly ToolCall[] }): ToolCall {
  const base =
    cleanText(call.callId)
      .replaceAll(/[^\w-]/g, '_')
      .slice(0, 60) || 'call'
  const wanted = work.turn.attempt > 1 ? `${base}-${work.turn.attempt}` : base
  const isTaken = (id: string): boolean => [...work.calls, ...place.taken].some((known) => known.callId === id)
  const callId = isTaken(wanted) ? `${wanted}-r${place.round}-${place.taken.length}` : wanted
  return { callId, tool: cleanText(call.tool), input: cleanJson(call.input) ?? {} }
}

function tokensOf(message: ModelMessage): number {
  if (message.role === 'tool')
    return message.outcomes.reduce((sum, outcome) => sum + estimateTokens(outcome.content), 0)
  return estimateTokens(message.text)
}

interface Account {
  started(started: Started): void
  used(usage: TokenUsage): void
  settle(): Promise<void>
  /** For a stream that broke: the provider has worked for what was heard, though it never said for how much. */
  settleBroken(textSoFar: string): Promise<void>
}

function openAccount(
  work: TurnWork,
  context: TurnContext,
  held: { reservation: Reservation; inputTokens: number },
): Account {
  let by: Started | undefined
  let usage: TokenUsage | undefined
  const textBefore = work.text.length

  async function settle(spent: TokenUsage, who: Started): Promise<void> {
    const entry: UsageEntry = {
      turnId: work.turn.id,
      memberId: work.turn.memberId,
      persona: context.persona.id,
      provider: who.provider,
      model: who.model,
      usage: spent,
    }
    // Settled again it counts once; an answer that was thrown away for it would be paid for twice.
    const patience = { clock: work.house.clock, signal: work.signal }
    const { costMicros } = await storePatiently(() => held.reservation.settle(entry), patience)
    work.usage = {
      input: work.usage.input + spent.input,
      cachedInput: work.usage.cachedInput + spent.cachedInput,
      output: work.usage.output + spent.output,
      ...(spent.isEstimated || work.usage.isEstimated ? { isEstimated: true } : {}),
    }
    work.costMicros = work.costMicros === null || costMicros === null ? null : work.costMicros + costMicros
  }

  return {
    started(started) {
      by = started
      work.rounds[started.isKept ? 'kept' : 'made'] += 1
      work.run.startedMs ??= work.house.clock.monotonicMs()
      const model = started.provider === started.model ? started.model : `${started.provider}/${started.model}`
      if (work.model === null)
        emit(work, { type: 'turn-start', persona: context.persona.id, personaVersion: context.persona.version, model })
      work.model = model
    },
    used(counted) {
      usage = counted
    },
    // What was kept costs nothing and is in no ledger of tokens.
    settle: () => (by && usage && !by.isKept ? settle(usage, by) : held.reservation.release()),
    async settleBroken(textSoFar) {
      try {
        const heard = textSoFar.length - textBefore
        if (by && usage) await settle(usage, by)
        // An estimate errs towards the cap: without it, broken streams would be free however often they are repeated.
        else if (by && heard > 0 && by.provider !== 'playbook')
          await settle({ input: held.inputTokens, cachedInput: 0, output: Math.ceil(heard / 4), isEstimated: true }, by)
        else await held.reservation.release()
      } catch (error) {
        // The failure that broke the stream is the one to tell; an open reservation expires by itself.
        work.house.log.warn({ error }, 'could not settle a broken model call')
      }
    },
  }
}
