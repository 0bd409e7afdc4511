/** A connection on loan. */
export interface Checkout {
  readonly heldMs: number
  /** Where it was taken. */
  readonly stack: string
}

export interface CheckoutWatch {
  /** Notes that a connection was taken; answers how to note its return. */
  begin(loan: NewLoan): () => void
  /** Every connection that is out, the longest first. */
  held(): readonly Checkout[]
  /** Tells of those held for too long. Happens by itself once a second. */
  look(): void
  /** Cuts off everything that is out. */
  cut(): void
  close(): void
}

interface NewLoan {
  /** Made where it was taken. */
  readonly taken: Error
  /** Never told. */
  readonly mayTakeLong: boolean
  /** Takes the connection from whoever has it. */
  readonly cut: () => void
}

interface WatchSettings {
  readonly monotonicMs: () => number
  /** Told once of each connection held for longer than `HELD_LIMIT_MS`. */
  readonly onHeld?: ((checkout: Checkout) => void) | undefined
}

/** Whoever keeps a connection for longer waits for something else meanwhile, or has forgotten it. */
const HELD_LIMIT_MS = 5000
const LOOK_MS = 1000

/** Finds connections that are not given back: one look a second over those that are out, instead of a timer for each. */
export function createCheckoutWatch({ monotonicMs, onHeld }: WatchSettings): CheckoutWatch {
  const open = new Set<Loan>()
  const describe = (loan: Loan): Checkout => ({
    heldMs: monotonicMs() - loan.sinceMs,
    stack: readStack(loan.taken),
  })
  const look = (): void => {
    for (const loan of open) {
      if (!loan.isToBeTold || monotonicMs() - loan.sinceMs <= HELD_LIMIT_MS) continue
      loan.isToBeTold = false
      onHeld?.(describe(loan))
    }
  }
  const looking = setInterval(look, LOOK_MS)
  looking.unref()
  return {
    begin({ taken, mayTakeLong, cut }) {
      const loan = { sinceMs: monotonicMs(), taken, isToBeTold: !mayTakeLong, cut }
      open.add(loan)
      return () => void open.delete(loan)
    },
    held: () => [...open].map(describe),
    look,
    cut: () => open.forEach((loan) => loan.cut()),
    close: () => clearInterval(looking),
  }
}

interface Loan {
  readonly sinceMs: number
  readonly taken: Error
  readonly cut: () => void
  isToBeTold: boolean
}

/** Without the lines of this room, which say nothing about who took it. */
function readStack({ stack = '' }: Error): string {
  const lines = stack.split('\n').slice(1)
  return lines
    .filter((line) => !line.includes('/platform/postgres/') || line.includes('.test.ts'))
    .map((line) => line.trim())
    .join('\n')
}
