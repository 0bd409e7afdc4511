import { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'
import type { Skill, SkillCall, SkillOutcome } from '#domain/skill.ts'

interface Definition<Input> extends Omit<Skill, 'inputSchema' | 'parse' | 'run'> {
  readonly run: (call: SkillCall, input: Input) => Promise<SkillOutcome>
}

/** A skill from its input's shape: the JSON Schema for models and the parser come from the one source. */
export function defineSkill<Shape extends z.ZodType>(
  shape: Shape,
  { run, ...definition }: Definition<z.infer<Shape>>,
): Skill {
  const parse = (input: unknown): z.infer<Shape> => {
    const parsed = shape.safeParse(input)
    if (parsed.success) return parsed.data
    const faults = parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
    throw new SophiaError('INVALID_INPUT', { faults })
  }
  // Parsed once more in `run`: its input is unknown to the type system, and parsing is cheap and idempotent.
  return { ...definition, inputSchema: z.toJSONSchema(shape), parse, run: (call) => run(call, parse(call.input)) }
}
