import { useSide, type Ask } from '../state/side.ts'
import { useColleagues, useMay } from '../state/use-me.ts'
import { Button } from './button.tsx'
import { PersonaMark } from './persona-mark.tsx'

/** Asks a colleague about the record without leaving it. */
export function AskButtons({ about }: { about: NonNullable<Ask['about']> }) {
  const { ask } = useSide()
  const colleagues = useColleagues()
  if (!useMay('conversation:use')) return null
  return (
    <div className="actions ask-buttons">
      {colleagues.map((one) => (
        <Button key={one.id} onClick={() => ask({ persona: one.id, about })}>
          <PersonaMark id={one.id} name={one.firstName} tint={one.tint} size={18} />
          Ask {one.firstName}
        </Button>
      ))}
    </div>
  )
}
