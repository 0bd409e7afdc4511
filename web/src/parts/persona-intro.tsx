import { Link } from 'wouter'
import type { PersonaSummary } from '#contract/personas.ts'
import { useColleagues } from '../state/use-me.ts'
import { Icon } from './icons.tsx'
import { PersonaMark } from './persona-mark.tsx'

/** Who this is, and questions to begin with; the picker leads to the others. */
export function PersonaIntro({
  persona,
  onAsk,
  isBusy,
}: {
  persona: PersonaSummary
  onAsk: (text: string) => void
  isBusy: boolean
}) {
  return (
    <div className="intro">
      <PersonaPicker current={persona.id} />
      <div className="intro-head">
        <PersonaMark id={persona.id} name={persona.name} tint={persona.tint} size={48} />
        <div>
          <h1>{persona.name}</h1>
          <p className="quiet">{persona.role}</p>
        </div>
      </div>
      <p className="intro-greeting">{persona.greeting}</p>
      {persona.suggestions.length > 0 ? (
        <>
          <h2 className="eyebrow">To begin with</h2>
          <ul className="suggestions">
            {persona.suggestions.map((suggestion) => (
              <li key={suggestion}>
                <button type="button" className="suggestion" disabled={isBusy} onClick={() => onAsk(suggestion)}>
                  <span>{suggestion}</span>
                  <Icon name="right" size={16} />
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  )
}

function PersonaPicker({ current }: { current: string }) {
  const colleagues = useColleagues()
  if (colleagues.length < 2) return null
  return (
    <nav className="picker" aria-label="Colleague">
      {colleagues.map((one) => (
        <Link
          key={one.id}
          href={`/talk/${one.id}`}
          className="picker-item"
          aria-current={one.id === current ? 'true' : undefined}
        >
          <PersonaMark id={one.id} name={one.firstName} tint={one.tint} size={18} />
          {one.firstName}
        </Link>
      ))}
    </nav>
  )
}
