import { z } from 'zod'
import { cutText } from '#domain/cut-text.ts'
import { SophiaError } from '#domain/errors.ts'
import { effectOf } from '#domain/mcp/tool-definition.ts'
import type { Skill } from '#domain/skill.ts'
import { outageWords, verdictOf } from './call-server.ts'
import { runTool } from './call-tool.ts'
import { isPermitted, listCatalogue, pinState, type Listed } from './catalogue.ts'
import type { ToolsNeeds } from './tools-needs.ts'

/** A model that is shown more chooses worse, and every one of them is paid for with each call. */
const MOST_TOOLS = 60
const DESCRIPTION_CHARACTERS = 1000
const Input = z.record(z.string(), z.unknown())

/** The tools a persona may use, as skills: reading ones run, writing ones wait for the person's yes. */
export function toolSkills(needs: ToolsNeeds, permitted: readonly string[]): Skill[] {
  return listCatalogue(needs.hub)
    .filter((listed) => isPermitted(permitted, listed) && listed.watch.state.definition.isEnabled)
    .filter(({ pin }) => pinState(pin) === 'approved')
    .slice(0, MOST_TOOLS)
    .map((listed) => toSkill(needs, listed))
}

// Made once per agreed definition: models cache their tools by being the same.
const made = new WeakMap<object, Skill>()

function toSkill(needs: ToolsNeeds, listed: Listed): Skill {
  const { pin, name, watch } = listed
  const known = made.get(pin)
  if (known) return known
  const definition = pin.approved ?? pin.seen
  const from = watch.state.definition.name
  const skill: Skill = {
    name,
    title: definition.title ?? pin.name,
    description: cutText(`From the connection "${from}": ${definition.description}`, DESCRIPTION_CHARACTERS),
    action: 'mcp:call',
    effect: effectOf(definition),
    inputSchema: definition.inputSchema,
    parse(input) {
      const parsed = Input.safeParse(input)
      if (parsed.success) return parsed.data
      throw new SophiaError('INVALID_INPUT', { faults: [{ path: '', message: 'expected an object' }] })
    },
    async run({ principal, input, signal, idempotencyKey, person }) {
      // As it stands at the moment of the call: agreed to, permitted, and its server set up.
      const current = listCatalogue(needs.hub).find((one) => one.name === name)
      if (!current)
        throw new SophiaError('TOOL_UNAVAILABLE', { detail: `The connection "${from}" is no longer set up.` })
      const { isError, text, structured } = await runTool(
        needs,
        { listed: current, principal },
        {
          input: Input.parse(input),
          signal,
          idempotencyKey,
          onProgress: person && ((progress) => person.onProgress(progress)),
          onQuestion: person && ((question, withdrawn) => person.ask({ ...question, from }, withdrawn)),
        },
      )
      return { kind: 'answer', from, isOk: !isError, text, structured }
    },
  }
  made.set(pin, skill)
  return skill
}

/** What a colleague has to know of connections that do not serve: which, since when, and why. */
export function outageNotes(needs: ToolsNeeds, permitted: readonly string[]): string[] {
  const nowMs = needs.hub.nowMs()
  const offered = new Set(
    listCatalogue(needs.hub)
      .filter((listed) => isPermitted(permitted, listed))
      .map(({ pin }) => pin.serverId),
  )
  return needs.hub.watches().flatMap(({ state }) => {
    const { definition } = state
    const isOffered = offered.has(definition.id) || permitted.includes('*') || permitted.includes(definition.id)
    if (!isOffered) return []
    const verdict = verdictOf(state, nowMs)
    return verdict.serving ? [] : [outageWords(needs.hub, state, verdict.reason)]
  })
}
