import { SophiaError } from '#domain/errors.ts'
import { dayOf } from '#domain/day.ts'
import type { ModelMessage, ToolDefinition } from '#domain/model.ts'
import { can, type Principal } from '#domain/permission.ts'
import { stableInstructions } from '#domain/persona-instructions.ts'
import type { ActivePersona } from '#domain/persona.ts'
import type { Skill } from '#domain/skill.ts'
import { estimateTokens, fitHistory } from '#domain/turn/history.ts'
import { findQuestion, type Question } from './messages-store.ts'
import type { TurnMemoryNote } from './needs.ts'
import { memoryLines, recallFor } from './remembered.ts'
import { currentAsker, type TurnWork } from './turn-work.ts'

/** All that a model is told at the start of a turn. */
export interface TurnContext {
  readonly persona: ActivePersona
  readonly skills: ReadonlyMap<string, Skill>
  readonly stableInstructions: string
  readonly turnInstructions: string
  readonly messages: ModelMessage[]
  readonly tools: readonly ToolDefinition[]
  /** What the instructions say is remembered. */
  readonly memories: readonly TurnMemoryNote[]
  /** Of instructions and tools together. */
  readonly fixedTokens: number
}

/** Persona, asker, question and history as they are now. */
export async function loadContext(work: TurnWork): Promise<TurnContext> {
  const { house, turn } = work
  const [persona, asker, question] = await Promise.all([
    house.getPersona(turn.persona),
    currentAsker(work),
    loadQuestion(work),
  ])
  work.personaVersion = persona.version
  work.asker = asker
  const memories = await recallFor(work, asker, question)
  const skills = house.skillsFor(persona).filter((skill) => can(asker, skill.action))
  const tools = skills.map(toTool)
  const stable = stableOf(persona)
  const notes = (await house.notesFor?.(persona, asker)) ?? []
  const turnInstructions = [...instructionsOf(work, asker, question), ...notes, ...memoryLines(memories)].join('\n')
  const { historyMessages, historyTokens } = house.limits
  const spoken = fitHistory([...question.history, { role: 'user', text: question.text }], {
    maxMessages: historyMessages + 1,
    maxTokens: historyTokens,
  })
  return {
    persona,
    skills: new Map(skills.map((skill) => [skill.name, skill])),
    stableInstructions: stable,
    turnInstructions,
    messages: spoken.map(({ role, text }) => (role === 'user' ? { role, text } : { role, text, toolCalls: [] })),
    tools,
    memories,
    fixedTokens:
      estimateTokens(stable) +
      estimateTokens(turnInstructions) +
      tools.reduce((sum, tool) => sum + tokensOfTool(tool), 0),
  }
}

async function loadQuestion(work: TurnWork): Promise<Question> {
  const today = dayOf(work.house.clock.now())
  const { historyMessages } = work.house.limits
  const question = await work.house.database.read((handle) =>
    findQuestion(handle, { id: work.turn.id, today, historyMessages }),
  )
  if (!question) throw new SophiaError('NOT_FOUND')
  return question
}

// Made once per version and skill, not once per turn: they are long, and a provider caches them by being the same.
const stableTexts = new WeakMap<ActivePersona['definition'], string>()
const toolDefinitions = new WeakMap<Skill, ToolDefinition>()
const toolTokens = new WeakMap<ToolDefinition, number>()

function stableOf(persona: ActivePersona): string {
  const known = stableTexts.get(persona.definition)
  if (known !== undefined) return known
  const text = stableInstructions(persona.definition)
  stableTexts.set(persona.definition, text)
  return text
}

function toTool(skill: Skill): ToolDefinition {
  const known = toolDefinitions.get(skill)
  if (known) return known
  const tool = { name: skill.name, description: skill.description, inputSchema: skill.inputSchema }
  toolDefinitions.set(skill, tool)
  return tool
}

function tokensOfTool(tool: ToolDefinition): number {
  const known = toolTokens.get(tool)
  if (known !== undefined) return known
  const tokens = estimateTokens(JSON.stringify(tool))
  toolTokens.set(tool, tokens)
  return tokens
}

function instructionsOf(work: TurnWork, asker: Principal, question: Question): string[] {
  const today = dayOf(work.house.clock.now())
  const lines = [
    `Today is ${today} (UTC).`,
    `You are talking with ${asker.name}, whose role in Sophia is ${asker.role}.`,
  ]
  if (question.dealsDay !== today) lines.push(`The deal data speaks for ${question.dealsDay}; count days from there.`)
  if (question.clientsDay !== today)
    lines.push(`The client data speaks for ${question.clientsDay}; count days from there.`)
  if (question.about)
    lines.push(
      `At hand is the ${question.about.kind} with id ${JSON.stringify(question.about.id)}; "this ${question.about.kind}" means it.`,
    )
  for (const { tool, input, status } of work.priorCalls) {
    const call = JSON.stringify(input)
    if (status === 'unknown')
      lines.push(
        `An earlier try at this answer broke off while "${tool}" ran with ${call}; whether it happened is not known. Say so, and do not claim either.`,
      )
    if (status === 'done')
      lines.push(
        `An earlier try at this answer ran "${tool}" with ${call}, and it was done. The same call gives what came of it and is not run twice.`,
      )
  }
  return lines
}
