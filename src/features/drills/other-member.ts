import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { CreatedApiKey, Invitation } from '#contract/access.ts'
import type { Clock } from '#domain/clock.ts'
import { createId } from '#platform/crypto/ids.ts'
import { askSophia } from '#platform/scratch/client.ts'
import type { ScratchSophia } from '#platform/scratch/sophia.ts'

interface Place {
  readonly sophias: readonly ScratchSophia[]
  /** Of the owner. */
  readonly key: string
  readonly clock: Clock
}

/** Somebody else, who talks with Sophia in private; the owner may read nothing of it. */
export interface OtherMember {
  /** What they say again and again, and nobody but them. */
  readonly word: string
  /** Where it stands. */
  readonly path: string
  /** How often it was acknowledged so far. */
  said(): number
  /** Until the signal. */
  talk(signal: AbortSignal): Promise<void>
}

const BETWEEN_WORDS_MS = 1000
const Made = z.object({ id: z.string() })

/** Invites them, lets them in and opens their conversation. Throws when that fails. */
export async function bringOtherMember({ sophias, key, clock }: Place): Promise<OtherMember> {
  const [door] = sophias
  if (!door) throw new Error('unreachable: there is a process')
  const own = await letIn(door.url, key)
  const made = await askSophia({
    url: door.url,
    path: '/api/conversations',
    method: 'POST',
    key: own,
    body: { persona: 'marcus' },
  })
  const path = `/api/conversations/${Made.parse(made.body).id}/messages`
  const word = `canary-${randomBytes(12).toString('hex')}`
  let said = 0
  return {
    word,
    path,
    said: () => said,
    async talk(signal) {
      for (let nth = 0; !signal.aborted; nth += 1) {
        const url = sophias[nth % sophias.length]?.url ?? door.url
        const body = { id: createId(), text: `Remember that ${word} is our word. How does the pipeline look?` }
        const answer = await askSophia({ url, path, method: 'POST', key: own, body }).catch(() => null)
        if (answer?.status === 202) said += 1
        await clock.sleep(BETWEEN_WORDS_MS, signal).catch(() => undefined)
      }
    },
  }
}

/** Answers a key of theirs. */
async function letIn(url: string, key: string): Promise<string> {
  const member = { email: 'other@example.com', name: 'Other Member', rowScope: 'all' }
  const invited = await askSophia({ url, path: '/api/members', method: 'POST', key, body: member })
  const token = new URL(Invitation.parse(invited.body).link).hash.replace('#token=', '')
  const signedIn = await askSophia({ url, path: '/api/session', method: 'POST', body: { token } })
  const cookie = signedIn.cookie ?? ''
  const made = await askSophia({ url, path: '/api/keys', method: 'POST', cookie, body: { name: 'drill' } })
  return CreatedApiKey.parse(made.body).secret
}
