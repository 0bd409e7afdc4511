import { useId, useState } from 'react'
import type { Tool, ToolAnswer } from '#contract/mcp.ts'
import { msWords } from '../state/server-words.ts'
import { exampleInput, inputLines, readInput } from '../state/tool-input.ts'
import { useTryTool } from '../state/use-servers.ts'
import { Button } from './button.tsx'
import { SignalTag } from './signal.tsx'
import { Problem } from './states.tsx'

/** Calls a tool that only reads, with what one types, and shows what comes back. */
export function ToolTry({ tool }: { tool: Tool }) {
  const id = useId()
  const call = useTryTool(tool.name)
  const [text, setText] = useState(() => JSON.stringify(exampleInput(tool.inputSchema), null, 2))
  const [fault, setFault] = useState<string | null>(null)
  const lines = inputLines(tool.inputSchema)
  return (
    <form
      className="tool-try form"
      onSubmit={(event) => {
        event.preventDefault()
        const read = readInput(text)
        setFault('fault' in read ? read.fault : null)
        if ('input' in read) call.mutate(read.input)
      }}
    >
      <div className="field">
        <label htmlFor={id}>Input as JSON</label>
        <textarea
          id={id}
          className="input mono"
          rows={Math.min(10, Math.max(3, text.split('\n').length))}
          spellCheck={false}
          value={text}
          aria-invalid={fault !== null}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setText(event.target.value)}
        />
        <div id={`${id}-hint`} className="field-hint">
          {fault ? <p className="risk-text">{fault}</p> : null}
          {lines.length === 0 ? <p>It takes nothing.</p> : null}
          {lines.map((line) => (
            <p key={line.name}>
              <code>{line.name}</code> {line.type}
              {line.isRequired ? '' : ', may be left out'}
              {line.says ? `. ${line.says}` : ''}
            </p>
          ))}
        </div>
      </div>
      <div className="actions">
        <Button type="submit" isBusy={call.isPending}>
          Call it
        </Button>
      </div>
      {call.isError ? <Problem thrown={call.error} kept="It only reads: nothing was changed." /> : null}
      <div role="status">{call.data ? <Answer answer={call.data} /> : null}</div>
    </form>
  )
}

function Answer({ answer }: { answer: ToolAnswer }) {
  const words = answer.structured === null || answer.structured === undefined ? answer.text : structuredText(answer)
  return (
    <div className="tool-answer">
      <p className="small">
        <SignalTag signal={answer.ok ? 'good' : 'risk'}>{answer.ok ? 'Answered' : 'Said it failed'}</SignalTag>{' '}
        <span className="quiet">
          in {msWords(answer.ms)}
          {answer.cached ? ', from the cache' : ''}
        </span>
      </p>
      <pre className="diff" tabIndex={0} role="region" aria-label="What came back">
        {words === '' ? 'Nothing.' : words}
      </pre>
    </div>
  )
}

function structuredText({ structured }: ToolAnswer): string {
  return JSON.stringify(structured, null, 2)
}
