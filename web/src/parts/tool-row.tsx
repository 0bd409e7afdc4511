import { useState } from 'react'
import type { Tool } from '#contract/mcp.ts'
import { isWaiting, toolLook } from '../state/server-words.ts'
import { readToolDiff } from '../state/tool-diff.ts'
import { useMay } from '../state/use-me.ts'
import { Button } from './button.tsx'
import { SignalTag } from './signal.tsx'
import { ToolTry } from './tool-try.tsx'

interface RowProps {
  tool: Tool
  onApprove?: (tool: Tool) => void
  isBusy?: boolean
}

/** One tool: what it does, whether it may be called, and what changed of it. */
export function ToolRow({ tool, onApprove, isBusy = false }: RowProps) {
  const [isTrying, setTrying] = useState(false)
  const mayCall = useMay('mcp:call')
  const canTry = mayCall && isSafeToTry(tool)
  return (
    <li className={tool.state === 'gone' ? 'tool-row is-gone' : 'tool-row'}>
      <div className="tool-head">
        <code className="tool-name">{tool.tool}</code>
        <span className="tool-tags">
          <ToolState tool={tool} />
          {onApprove && isWaiting(tool) ? (
            <Button isBusy={isBusy} onClick={() => onApprove(tool)} aria-label={`Approve ${tool.tool}`}>
              Approve
            </Button>
          ) : null}
          {canTry ? (
            <Button
              look="bare"
              aria-expanded={isTrying}
              onClick={() => setTrying(!isTrying)}
              aria-label={`${isTrying ? 'Close' : 'Try it'}: ${tool.tool}`}
            >
              {isTrying ? 'Close' : 'Try it'}
            </Button>
          ) : null}
        </span>
      </div>
      {tool.diff.length > 0 ? <ToolDiff tool={tool} /> : <p className="tool-says small">{tool.description}</p>}
      {isTrying ? <ToolTry tool={tool} /> : null}
    </li>
  )
}

/** One that writes is not for trying. */
function isSafeToTry(tool: Tool): boolean {
  return tool.effect === 'read' && tool.state === 'approved' && tool.serving
}

function ToolState({ tool }: { tool: Tool }) {
  const look = toolLook(tool)
  const effect = tool.effect === 'read' ? 'Reads' : 'Writes'
  if (tool.state === 'approved') return <span className="tiny quiet">{effect}, approved</span>
  return (
    <>
      <span className="tiny quiet">{effect}</span>
      <SignalTag signal={look.signal}>{look.words}</SignalTag>
    </>
  )
}

/** What changed since it was approved: red was, green is, each with its word. */
function ToolDiff({ tool }: { tool: Tool }) {
  return (
    <div className="tool-diff" role="region" aria-label={`Changes of ${tool.tool}`} tabIndex={0}>
      {readToolDiff(tool.diff).map((line, index) => (
        // Lines have no other identity than their place.
        // oxlint-disable-next-line react/no-array-index-key
        <p key={index} className={`tool-diff-line is-${line.kind}`}>
          <span className="tool-diff-word">{line.kind === 'before' ? 'Before' : line.kind === 'now' ? 'Now' : ''}</span>
          <code>
            {line.start}
            {line.differs === '' ? null : <mark>{line.differs}</mark>}
            {line.end}
          </code>
        </p>
      ))}
    </div>
  )
}
