import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { Link } from 'wouter'
import { Icon, type IconName } from './icons.tsx'

type Look = 'accent' | 'plain' | 'bare' | 'danger'

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> {
  look?: Look
  icon?: IconName
  isBusy?: boolean
}

export function Button({
  look = 'plain',
  icon,
  isBusy = false,
  children,
  type = 'button',
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={`button button-${look}`}
      disabled={disabled === true || isBusy}
      aria-busy={isBusy || undefined}
    >
      {isBusy ? <span className="spinner" aria-hidden="true" /> : icon ? <Icon name={icon} size={16} /> : null}
      {children}
    </button>
  )
}

/** A button that is only a picture; `label` is what it is called. */
export function IconButton({
  icon,
  label,
  isOn,
  ...rest
}: Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> & { icon: IconName; label: string; isOn?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      className={isOn ? 'icon-button is-on' : 'icon-button'}
      aria-label={label}
      title={label}
      aria-pressed={isOn}
    >
      <Icon name={icon} />
    </button>
  )
}

export function ButtonLink({
  href,
  look = 'plain',
  icon,
  children,
}: {
  href: string
  look?: Look
  icon?: IconName
  children: ReactNode
}) {
  return (
    <Link href={href} className={`button button-${look}`}>
      {icon ? <Icon name={icon} size={16} /> : null}
      {children}
    </Link>
  )
}
