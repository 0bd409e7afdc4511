import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { ConnectionLine } from '../parts/connection-line.tsx'
import { FaultBoundary } from '../parts/fault-boundary.tsx'
import { EvidenceSheet } from '../parts/evidence-sheet.tsx'
import { BottomBar, Rail } from '../parts/rail.tsx'
import { Palette } from '../parts/palette.tsx'
import { Shortcuts } from '../parts/shortcuts.tsx'
import { ahead } from '../state/ahead.ts'
import { SideContext, type Ask, type Evidence, type Side } from '../state/side.ts'
import { useKeys } from '../state/use-keys.ts'

const AskPanel = lazy(ahead(() => import('../parts/ask-panel.tsx').then((room) => ({ default: room.AskPanel }))))

type Over = 'palette' | 'shortcuts' | null

/** What stays while pages change: rail, palette, the panel to ask in and the sheet of evidence. */
export function Shell({ children }: { children: ReactNode }) {
  const [over, setOver] = useState<Over>(null)
  const [ask, setAsk] = useState<{ ask: Ask; number: number } | null>(null)
  const [evidence, setEvidence] = useState<Evidence | null>(null)
  const side: Side = useMemo(
    () => ({
      ask: (next) => setAsk((before) => ({ ask: next, number: (before?.number ?? 0) + 1 })),
      showEvidence: setEvidence,
    }),
    [],
  )
  const [location] = useLocation()
  usePageKeys(setOver)
  const close = () => setOver(null)
  return (
    <SideContext value={side}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <ConnectionLine />
      <div className={ask ? 'app has-ask' : 'app'}>
        <Rail onSearch={() => setOver('palette')} onShortcuts={() => setOver('shortcuts')} />
        <main id="main" className="main" tabIndex={-1}>
          <FaultBoundary place={location}>{children}</FaultBoundary>
        </main>
        {ask ? (
          <FaultBoundary place={String(ask.number)}>
            <Suspense fallback={null}>
              <AskPanel key={ask.number} ask={ask.ask} onClose={() => setAsk(null)} />
            </Suspense>
          </FaultBoundary>
        ) : null}
        <BottomBar onSearch={() => setOver('palette')} onShortcuts={() => setOver('shortcuts')} />
      </div>
      {evidence ? <EvidenceSheet evidence={evidence} onClose={() => setEvidence(null)} /> : null}
      {over === 'palette' ? <Palette onClose={close} onShortcuts={() => setOver('shortcuts')} /> : null}
      {over === 'shortcuts' ? <Shortcuts onClose={close} /> : null}
    </SideContext>
  )
}

function usePageKeys(setOver: (over: Over) => void): void {
  const [, go] = useLocation()
  useKeys({
    'mod+k': () => setOver('palette'),
    '?': () => setOver('shortcuts'),
    'g h': () => go('/'),
    'g m': () => go('/talk/marcus'),
    'g s': () => go('/talk/sarah'),
    'g c': () => go('/clients'),
    'g d': () => go('/deals'),
    'g t': () => go('/conversations'),
    'g p': () => go('/pipeline'),
    'g o': () => go('/portfolio'),
    'g r': () => go('/memory'),
    'g f': () => go('/drafts'),
    '/': () => document.querySelector<HTMLInputElement>('input[type=search]')?.focus(),
  })
}
