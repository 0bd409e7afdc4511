import { askerOf } from '#domain/asker.ts'
import type { CacheOrigin } from '#domain/cache-policy/cache-class.ts'
import { canonicalJson } from '#domain/canonical-json.ts'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import type { Skill, SkillOutcome } from '#domain/skill.ts'
import type { Cache } from '../cache/create-cache.ts'
import { RECORD_KINDS, type Epochs } from '../cache/data-epochs.ts'

interface KeepNeeds {
  readonly cache: Pick<Cache, 'space'>
  readonly epochs: Pick<Epochs, 'of'>
  readonly clock: Clock
  /** Told of each run that somebody asked for outside of a conversation: the words of one go with it when it is deleted. */
  readonly onAsked?: (use: { readonly memberId: string; readonly skill: string; readonly input: unknown }) => void
}

/**
 * The same skills, where those that only read the company's records answer from what is kept: for the same member and sight, the
 * same input, day and state of the data. Give it no skill that stores anything or asks outside.
 */
export function keepResults(skills: readonly Skill[], { cache, epochs, clock, onAsked }: KeepNeeds): Skill[] {
  const space = cache.space<{ outcome: SkillOutcome; madeAtMs: number }>('skill-result', 'skills')
  const keep = (skill: Skill): Skill => ({
    ...skill,
    async run(call) {
      const input = skill.parse(call.input)
      if (!call.isAhead && call.person === undefined)
        onAsked?.({ memberId: call.principal.memberId, skill: skill.name, input })
      const day = dayOf(clock.now())
      const key = canonicalJson([skill.name, input, day, await epochs.of(RECORD_KINDS)])
      const nowMs = clock.now().getTime()
      let origin: CacheOrigin = 'miss'
      const holding = {
        owner: askerOf(call.principal),
        isAhead: call.isAhead === true,
        onOrigin: (from: CacheOrigin) => void (origin = from),
      }
      const { outcome, madeAtMs } = await space.getOrSet(key, holding, async ({ signal }) => {
        // Others may wait for it, so that one who leaves ends nothing; and nobody is asked on behalf of all.
        const made = await skill.run({ principal: call.principal, input, signal })
        return { outcome: made, madeAtMs: clock.now().getTime() }
      })
      call.onOrigin?.(origin, Math.max(0, Math.floor((nowMs - madeAtMs) / 1000)))
      return outcome
    },
  })
  return skills.map((skill) => (skill.effect === 'read' ? keep(skill) : skill))
}
