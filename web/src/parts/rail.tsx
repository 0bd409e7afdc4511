import { useState, type ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { OPERATION_PLACES, permitted, RECORD_PLACES, type Place } from '../state/navigation.ts'
import { useColleagues, useMay, useMe } from '../state/use-me.ts'
import { AccountMenu } from './account-menu.tsx'
import { Dialog } from './dialog.tsx'
import { Icon } from './icons.tsx'
import { PersonaMark } from './persona-mark.tsx'

export function Rail({ onSearch, onShortcuts }: { onSearch: () => void; onShortcuts: () => void }) {
  const me = useMe()
  return (
    <nav className="rail" aria-label="Main">
      <Link href="/" className="wordmark" aria-label="Sophia, home">
        <img src="/mark.svg" alt="" width="24" height="24" />
        <span>Sophia</span>
      </Link>
      <button type="button" className="rail-search" onClick={onSearch}>
        <Icon name="search" size={16} />
        <span>Search</span>
        <kbd>Ctrl K</kbd>
      </button>
      <ul className="rail-list">
        <RailItem href="/" label="Home" mark={<Icon name="home" />} />
        <ColleagueItems />
        <PlaceItems places={permitted(RECORD_PLACES, me.actions)} />
      </ul>
      <h2 className="rail-heading" id="rail-workspace">
        Workspace
      </h2>
      <ul className="rail-list" aria-labelledby="rail-workspace">
        <PlaceItems places={permitted(OPERATION_PLACES, me.actions)} />
      </ul>
      <AccountMenu onShortcuts={onShortcuts} />
    </nav>
  )
}

function ColleagueItems() {
  const colleagues = useColleagues()
  if (!useMay('conversation:use')) return null
  return colleagues.map((colleague) => (
    <RailItem
      key={colleague.id}
      href={`/talk/${colleague.id}`}
      label={colleague.firstName}
      mark={<PersonaMark id={colleague.id} name={colleague.firstName} tint={colleague.tint} size={20} />}
    />
  ))
}

function PlaceItems({ places }: { places: readonly Place[] }) {
  return places.map((place) => (
    <RailItem key={place.href} href={place.href} label={place.label} mark={<Icon name={place.icon} />} />
  ))
}

function RailItem({
  href,
  label,
  mark,
  onClick,
}: {
  href: string
  label: string
  mark: ReactNode
  onClick?: () => void
}) {
  const [location] = useLocation()
  const isHere = href === '/' ? location === '/' : location === href || location.startsWith(`${href}/`)
  return (
    <li>
      <Link
        href={href}
        className="rail-item"
        aria-current={isHere ? 'page' : undefined}
        title={label}
        {...(onClick ? { onClick } : {})}
      >
        {mark}
        <span className="rail-label">{label}</span>
      </Link>
    </li>
  )
}

/** The rail of a phone: the five places within reach of a thumb, the rest one tap further. */
export function BottomBar({ onSearch, onShortcuts }: { onSearch: () => void; onShortcuts: () => void }) {
  const [isMore, setMore] = useState(false)
  const me = useMe()
  const close = () => setMore(false)
  return (
    <nav className="bottom-bar" aria-label="Main, short">
      <ul>
        <RailItem href="/" label="Home" mark={<Icon name="home" size={22} />} />
        <ColleagueItems />
        <RailItem href="/deals" label="Deals" mark={<Icon name="deals" size={22} />} />
        <li>
          <button type="button" className="rail-item" onClick={() => setMore(true)} aria-haspopup="dialog">
            <Icon name="more" size={22} />
            <span className="rail-label">More</span>
          </button>
        </li>
      </ul>
      {isMore ? (
        <Dialog title="Go to" onClose={close} place="bottom">
          <ul className="more-list" onClick={close}>
            <li>
              <button type="button" className="rail-item" onClick={onSearch}>
                <Icon name="search" />
                <span className="rail-label">Search and commands</span>
              </button>
            </li>
            <PlaceItems
              places={[...permitted(RECORD_PLACES.slice(1), me.actions), ...permitted(OPERATION_PLACES, me.actions)]}
            />
          </ul>
          <AccountMenu
            onShortcuts={() => {
              close()
              onShortcuts()
            }}
          />
        </Dialog>
      ) : null}
    </nav>
  )
}
