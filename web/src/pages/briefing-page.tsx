import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { BriefingPreview, BriefingSettings, type Briefing } from '#contract/briefings.ts'
import { call } from '../api/client.ts'
import { briefingQuery, briefingsQuery } from '../api/work-queries.ts'
import { AnswerText } from '../parts/answer-text.tsx'
import { Button } from '../parts/button.tsx'
import { asOptions, Check, Select } from '../parts/field.tsx'
import { Page, Section } from '../parts/page.tsx'
import { Loaded, Problem } from '../parts/states.tsx'
import { TimeText } from '../parts/values.tsx'
import { useColleagues } from '../state/use-me.ts'
import { exactTime, labelWords, withDayWords } from '../state/words.ts'

const CADENCES = [
  { value: 'off', label: 'No briefing' },
  { value: 'daily', label: 'Every day' },
  { value: 'weekly', label: 'Once a week' },
] as const
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].map((label, index) => ({
  value: String(index + 1),
  label,
}))
const HOURS = Array.from({ length: 24 }, (_, hour) => ({
  value: String(hour),
  label: `${String(hour).padStart(2, '0')}:00`,
}))
const ZONES = asOptions(['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')], (zone) =>
  zone.replaceAll('_', ' '),
)

/** Whether, when and where this member is briefed. */
export function BriefingSettingsPage() {
  const settings = useQuery(briefingQuery)
  return (
    <Page
      title="Briefing"
      note="What matters, told to you by a colleague at a time of your choosing. It comes as a conversation; elsewhere only if you say so."
    >
      <Loaded asked={settings} lines={6}>
        {(found) => <SettingsForm key={JSON.stringify(found)} settings={found} />}
      </Loaded>
      <Preview />
      <Sent />
    </Page>
  )
}

type Wanted = Omit<BriefingSettings, 'nextAt' | 'email' | 'webhook'> & {
  readonly email: boolean
  readonly webhook: boolean
}

function SettingsForm({ settings }: { settings: BriefingSettings }) {
  const client = useQueryClient()
  const { nextAt, email, webhook, ...rest } = settings
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const [wanted, setWanted] = useState<Wanted>({
    ...rest,
    timeZone: settings.cadence === 'off' ? own : settings.timeZone,
    email: email.isOn,
    webhook: webhook.isOn,
  })
  const save = useMutation({
    mutationFn: () => call(BriefingSettings, '/api/briefing', { method: 'PUT', json: wanted }),
    onSuccess: (saved) => client.setQueryData(briefingQuery.queryKey, saved),
  })
  const change = (part: Partial<Wanted>): void => setWanted({ ...wanted, ...part })
  return (
    <form
      className="form briefing-form"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <Select
        label="How often"
        value={wanted.cadence}
        options={CADENCES}
        onChange={(value) => change({ cadence: CADENCES.find((one) => one.value === value)?.value ?? 'off' })}
      />
      {wanted.cadence === 'off' ? null : (
        <>
          <When wanted={wanted} change={change} />
          <ChannelCheck
            label="Also by e-mail"
            channel={email}
            isOn={wanted.email}
            onChange={(isOn) => change({ email: isOn })}
          />
          <ChannelCheck
            label="Also to the team’s channel"
            channel={webhook}
            isOn={wanted.webhook}
            onChange={(isOn) => change({ webhook: isOn })}
          />
        </>
      )}
      {save.isError ? <Problem thrown={save.error} kept="Nothing was changed." /> : null}
      <div className="actions">
        <Button type="submit" look="accent" isBusy={save.isPending}>
          Save
        </Button>
        {nextAt ? <span className="small quiet">The next one comes on {exactTime(nextAt)}.</span> : null}
      </div>
    </form>
  )
}

/** Day, hour, zone and who tells it. */
function When({ wanted, change }: { wanted: Wanted; change: (part: Partial<Wanted>) => void }) {
  const colleagues = useColleagues()
  return (
    <>
      <div className="form-pair">
        {wanted.cadence === 'weekly' ? (
          <Select
            label="On"
            value={String(wanted.weekday)}
            options={WEEKDAYS}
            onChange={(value) => change({ weekday: Number(value) })}
          />
        ) : null}
        <Select
          label="At"
          value={String(wanted.hour)}
          options={HOURS}
          onChange={(value) => change({ hour: Number(value) })}
        />
      </div>
      <Select label="Time zone" value={wanted.timeZone} options={ZONES} onChange={(timeZone) => change({ timeZone })} />
      <Select
        label="Told by"
        value={wanted.persona}
        options={colleagues.map((one) => ({ value: one.id, label: one.firstName }))}
        onChange={(persona) => change({ persona })}
      />
    </>
  )
}

function ChannelCheck({
  label,
  channel,
  isOn,
  onChange,
}: {
  label: string
  channel: BriefingSettings['email']
  isOn: boolean
  onChange: (isOn: boolean) => void
}) {
  if (!channel.isConfigured) {
    return (
      <p className="small quiet">
        {label}: {channel.reason ?? 'not configured'}
      </p>
    )
  }
  return (
    <Check label={label} checked={isOn} onChange={onChange} {...(channel.reason ? { hint: channel.reason } : {})} />
  )
}

function Preview() {
  const preview = useMutation({
    mutationFn: () => call(BriefingPreview, '/api/briefing/preview', { method: 'POST', json: {} }),
  })
  return (
    <Section
      title="What it would say now"
      actions={
        <Button isBusy={preview.isPending} onClick={() => preview.mutate()}>
          Show
        </Button>
      }
    >
      {preview.isError ? <Problem thrown={preview.error} /> : null}
      {preview.data ? (
        <div className="briefing-preview">
          <h3>{withDayWords(preview.data.subject)}</h3>
          <AnswerText text={preview.data.markdown} />
        </div>
      ) : null}
    </Section>
  )
}

function Sent() {
  const briefings = useQuery(briefingsQuery)
  return (
    <Section title="Sent">
      <Loaded asked={briefings} lines={3}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="quiet small">
              No briefing was sent yet. Each one that goes out stands here with how it went.
            </p>
          ) : (
            <ul className="record-lines">
              {page.items.map((briefing) => (
                <SentRow key={briefing.id} briefing={briefing} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  )
}

function SentRow({ briefing }: { briefing: Briefing }) {
  const subject = withDayWords(briefing.subject ?? 'Being put together')
  return (
    <li className="record-line">
      {briefing.conversationId ? (
        <Link href={`/conversations/${briefing.conversationId}`}>{subject}</Link>
      ) : (
        <span>{subject}</span>
      )}
      <span className="small quiet">
        {briefing.deliveries
          .filter((delivery) => delivery.channel !== 'conversation')
          .map((delivery) => `${labelWords(delivery.channel)}: ${delivery.detail ?? delivery.status}`)
          .join(', ')}
      </span>
      <span className="tiny quiet">
        <TimeText instant={briefing.createdAt} />
      </span>
    </li>
  )
}
