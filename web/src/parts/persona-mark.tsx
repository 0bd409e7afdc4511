/** Drawn marks: Marcus climbs, Sarah holds; any other colleague gets the initial. Never a face. */
export function PersonaMark({ id, name, tint, size = 24 }: { id: string; name: string; tint: string; size?: number }) {
  return (
    <svg
      className={`mark tint-${tint}`}
      width={size}
      height={size}
      viewBox="0 0 32 32"
      aria-hidden="true"
      focusable="false"
    >
      <rect width="32" height="32" rx="9" className="mark-ground" />
      <MarkDrawing id={id} initial={name.charAt(0)} />
    </svg>
  )
}

function MarkDrawing({ id, initial }: { id: string; initial: string }) {
  if (id === 'marcus') {
    return (
      <g className="mark-line">
        <path d="M7 23.500h5.200v-5h5.300v-5h5.200" />
        <path d="M22.700 13.500V7.500l3.300 1.700-3.300 1.900" className="mark-fill" />
      </g>
    )
  }
  if (id === 'sarah') {
    return (
      <g className="mark-line">
        <path d="M7.500 15.500a8.500 8.500 0 0 0 17 0" />
        <path d="M11.800 15.500a4.200 4.200 0 0 0 8.400 0" />
        <circle cx="16" cy="9.300" r="2.300" className="mark-fill" />
      </g>
    )
  }
  return (
    <text x="16" y="21.500" textAnchor="middle" className="mark-letter">
      {initial.toUpperCase()}
    </text>
  )
}
