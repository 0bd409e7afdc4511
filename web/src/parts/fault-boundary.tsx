import { Component, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { Problem } from './states.tsx'

interface FaultBoundaryProps {
  /** Another place is another try: a page that cannot be drawn must not take the others with it. */
  place: string
  children: ReactNode
}

interface FaultBoundaryState {
  readonly fault: Error | null
  readonly place: string
}

/**
 * Holds what a page throws while it is drawn, such as a part that is gone since Sophia was updated. React asks for a
 * class here.
 */
export class FaultBoundary extends Component<FaultBoundaryProps, FaultBoundaryState> {
  override state: FaultBoundaryState = { fault: null, place: this.props.place }

  static getDerivedStateFromError(fault: Error): Partial<FaultBoundaryState> {
    return { fault }
  }

  static getDerivedStateFromProps(props: FaultBoundaryProps, state: FaultBoundaryState): FaultBoundaryState | null {
    return props.place === state.place ? null : { fault: null, place: props.place }
  }

  override render(): ReactNode {
    if (!this.state.fault) return this.props.children
    return (
      <div className="page page-page">
        <Problem thrown={this.state.fault} kept="What you sent is safe, and unsent questions wait in this browser." />
        <Button look="accent" icon="again" onClick={() => window.location.reload()}>
          Reload the page
        </Button>
      </div>
    )
  }
}
