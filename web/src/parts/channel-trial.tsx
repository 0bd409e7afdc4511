import type { AlertReport } from '#contract/watch.ts'
import { useTryChannels } from '../state/use-watch.ts'
import { channelWords } from '../state/watch-words.ts'
import { Button } from './button.tsx'
import { SignalTag } from './signal.tsx'
import { Problem } from './states.tsx'

/** By what ways owners are told, and a message for trial by each. */
export function ChannelTrial({ channels, mayTry }: { channels: AlertReport['channels']; mayTry: boolean }) {
  const trial = useTryChannels()
  return (
    <div className="channel-trial small">
      <p className={channels.length === 0 ? 'watch-text' : 'quiet'}>{channelWords(channels)}</p>
      {mayTry && channels.length > 0 ? (
        <Button isBusy={trial.isPending} onClick={() => trial.mutate()}>
          Send a message for trial
        </Button>
      ) : null}
      {trial.isError ? <Problem thrown={trial.error} kept="Nothing else was changed." /> : null}
      <div role="status">
        <ul>
          {(trial.data?.channels ?? []).map(({ channel, isSent, detail }) => (
            <li key={channel}>
              <SignalTag signal={isSent ? 'good' : 'risk'}>{isSent ? 'Sent' : 'Not sent'}</SignalTag>{' '}
              {channel === 'webhook' ? 'by the webhook' : 'by e-mail'}
              {detail === null ? '' : `: ${detail}`}
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
