import type { Recovery } from '#contract/recoveries.ts'
import { recoveryDetail, recoveryWords } from '../state/recovery-words.ts'
import { plural } from '../state/words.ts'
import { Section } from './page.tsx'
import { Ago } from './server-times.tsx'
import { Empty } from './states.tsx'

/** What the process that answers did about trouble by itself: so that what mends itself too often is seen. */
export function RecoveryList({ recoveries, skewMs }: { recoveries: readonly Recovery[]; skewMs: number }) {
  return (
    <Section title="Mended by itself" note="In the process that answers, since it runs">
      {recoveries.length === 0 ? (
        <Empty title="Nothing had to be mended." hint="What comes back without anybody's help stands here." />
      ) : (
        <ul className="recovery-list small">
          {recoveries.map((recovery) => (
            <li key={`${recovery.action} ${recovery.detail}`} className="recovery-row">
              <span>
                {recoveryWords(recovery)} <span className="quiet">{recoveryDetail(recovery)}</span>
              </span>
              <span className="quiet tabular">
                {recovery.times > 1 ? `${plural(recovery.times, 'time')}, last ` : null}
                <Ago at={recovery.lastAt} skewMs={skewMs} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
