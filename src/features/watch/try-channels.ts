import type { z } from 'zod'
import type { AlertTrial } from '#contract/watch.ts'
import { toSophiaError } from '#domain/errors.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openChannels, sendBy } from './channels.ts'
import type { WatchNeeds } from './watch-needs.ts'

/** Sends a message for trial by every way that is set up, at once, and says how each went. */
export async function tryChannels(needs: WatchNeeds, by: string): Promise<z.infer<typeof AlertTrial>> {
  const message = {
    id: createId(needs.clock.now().getTime()),
    subject: 'Sophia: this is a trial',
    text: `${by} asked whether messages about alerts arrive. This one did; nothing is wrong.\nSophia at ${needs.publicUrl}`,
  }
  const channels = openChannels(needs).map(async (channel) => {
    try {
      await sendBy(needs, channel, message)
      return { channel, isSent: true, detail: null }
    } catch (error) {
      return { channel, isSent: false, detail: toSophiaError(error).message }
    }
  })
  return { channels: await Promise.all(channels) }
}
