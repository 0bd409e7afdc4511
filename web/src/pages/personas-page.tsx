import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { Link } from 'wouter'
import { personaQuery, personasQuery } from '../api/queries.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Page, Section } from '../parts/page.tsx'
import { PersonaMark } from '../parts/persona-mark.tsx'
import { PersonaVersions } from '../parts/persona-versions.tsx'
import { SignalTag, Tag } from '../parts/signal.tsx'
import { Loaded, Skeleton } from '../parts/states.tsx'
import { firstNameOf, useMay } from '../state/use-me.ts'
import { labelWords } from '../state/words.ts'
import type { Persona, PersonaSummary } from '#contract/personas.ts'

const AnswerText = lazy(() => import('../parts/answer-text.tsx').then((room) => ({ default: room.AnswerText })))

/** Who the colleagues are, as their files say. */
export function PersonasPage({ id }: { id?: string }) {
  const personas = useQuery(personasQuery)
  const shown = id ?? personas.data?.items[0]?.id
  return (
    <Page
      title="Colleagues"
      note="Each is one Markdown file in the personas folder. Saving the file brings it into force."
    >
      <Loaded asked={personas} lines={4}>
        {(list) => (
          <>
            <nav className="tabs" aria-label="Colleagues">
              {list.items.map((persona) => (
                <Link
                  key={persona.id}
                  href={`/personas/${persona.id}`}
                  className="tab"
                  aria-current={persona.id === shown ? 'page' : undefined}
                >
                  <PersonaMark id={persona.id} name={persona.name} tint={persona.tint} size={22} />
                  {firstNameOf(persona.name)}
                  {persona.fault ? <SignalTag signal="risk">File fault</SignalTag> : null}
                </Link>
              ))}
            </nav>
            {shown ? <PersonaView key={shown} id={shown} /> : null}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function PersonaView({ id }: { id: string }) {
  const persona = useQuery(personaQuery(id))
  const mayTalk = useMay('conversation:use')
  return (
    <Loaded asked={persona} lines={8}>
      {(found) => (
        <>
          <header className="persona-head">
            <PersonaMark id={found.id} name={found.name} tint={found.tint} size={56} />
            <div>
              <h2 className="persona-name">{found.name}</h2>
              <p>{found.role}</p>
              <p className="quiet">{found.tagline}</p>
            </div>
            {mayTalk ? <ButtonLink href={`/talk/${found.id}`}>Talk to {firstNameOf(found.name)}</ButtonLink> : null}
          </header>
          <FileState persona={found} />
          <div className="record">
            <div className="record-main">
              <PersonaSkills persona={found} />
              <Section title="Versions">
                <PersonaVersions id={id} />
              </Section>
              <Section title="Profile">
                <Suspense fallback={<Skeleton lines={4} />}>
                  <AnswerText text={found.profile} />
                </Suspense>
              </Section>
            </div>
            <PersonaTraits persona={found} />
          </div>
        </>
      )}
    </Loaded>
  )
}

function FileState({ persona }: { persona: PersonaSummary }) {
  const { fault } = persona
  if (fault) {
    const place = fault.line === null ? fault.file : `${fault.file}, line ${fault.line}`
    return (
      <div className="notice notice-risk" role="status">
        <p>
          <strong>The file has a fault.</strong> {place}: {fault.reason} The last good version stays in force.
        </p>
      </div>
    )
  }
  if (!persona.isPinned) return null
  return (
    <div className="notice">
      <p>
        Version <code>{persona.version}</code> is in force by choice
        {persona.fileVersion ? (
          <>
            , not the file’s <code>{persona.fileVersion}</code>
          </>
        ) : null}
        . Saving the file lifts the choice.
      </p>
    </div>
  )
}

function PersonaSkills({ persona }: { persona: Persona }) {
  return (
    <Section title="Skills" note="What the figures in answers are computed by">
      <ul className="persona-skills">
        {persona.skills.map((skill) => (
          <li key={skill.name}>
            <p>
              <strong>{skill.title}</strong> {skill.isAvailable ? null : <Tag>Not available here</Tag>}
            </p>
            <p className="small quiet">{skill.description}</p>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function PersonaTraits({ persona }: { persona: Persona }) {
  return (
    <div className="record-side">
      <Section title="Traits">
        <p>{persona.traits.map(labelWords).join(', ')}</p>
      </Section>
      <Section title="Styles">
        <dl className="facts">
          {Object.entries(persona.styles).map(([situation, style]) => (
            <div key={situation} className="fact">
              <dt>{labelWords(situation)}</dt>
              <dd>{style}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <Lines title="Goals" lines={persona.goals} />
      <Lines title="Boundaries" lines={persona.boundaries} />
      <Section title="Methods">
        <ul className="plain-lines">
          {persona.methods.map((method) => (
            <li key={method.name}>
              <strong>{method.name}.</strong> {method.summary}
            </li>
          ))}
        </ul>
      </Section>
      <Section title="Model">
        <p>{persona.model ?? 'That of this Sophia'}</p>
      </Section>
    </div>
  )
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  return (
    <Section title={title}>
      <ul className="plain-lines">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Section>
  )
}
