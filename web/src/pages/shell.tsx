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

const TraceSheet = lazy(ahead(() => import('../parts/trace-sheet.tsx').then((room) => ({ default: room.TraceSheet }))))
const AskPanel = lazy(ahead(() => import('../parts/ask-panel.tsx').then((room) => ({ default: room.AskPanel }))))

const NO_SHEET = { evidence: null, traced: null }

type Over = 'palette' | 'shortcuts' | null

/** What stays while pages change: rail, palette, the panel to ask in and the sheet of evidence. */
export function Shell({ children }: { children: ReactNode }) {
  const [over, setOver] = useState<Over>(null)
  const [ask, setAsk] = useState<{ ask: Ask; number: number } | null>(null)
  const { evidence, traced, ...sheets } = useSheets()
  const side: Side = useMemo(
    () => ({
      ask: (next) => setAsk((before) => ({ ask: next, number: (before?.number ?? 0) + 1 })),
      showEvidence: sheets.showEvidence,
      showTrace: sheets.showTrace,
    }),
    [sheets.showEvidence, sheets.showTrace],
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
      {evidence ? <EvidenceSheet evidence={evidence} onClose={sheets.close} /> : null}
      {traced ? (
        <Suspense fallback={null}>
          <TraceSheet key={traced} turnId={traced} onClose={sheets.close} />
        </Suspense>
      ) : null}
      {over === 'palette' ? <Palette onClose={close} onShortcuts={() => setOver('shortcuts')} /> : null}
      {over === 'shortcuts' ? <Shortcuts onClose={close} /> : null}
    </SideContext>
  )
}

/** One sheet at a time: the rows behind a figure, or where the time of an answer went. */
function useSheets() {
  const [shown, setShown] = useState<{ evidence: Evidence | null; traced: string | null }>(NO_SHEET)
  const acts = useMemo(
    () => ({
      showEvidence: (evidence: Evidence) => setShown({ evidence, traced: null }),
      showTrace: (traced: string) => setShown({ evidence: null, traced }),
      close: () => setShown(NO_SHEET),
    }),
    [],
  )
  return { ...shown, ...acts }
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
