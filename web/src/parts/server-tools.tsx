import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ServerStatus, Tool } from '#contract/mcp.ts'
import { toolsQuery } from '../api/mcp-queries.ts'
import { isWaiting, toolLook } from '../state/server-words.ts'
import { useMay } from '../state/use-me.ts'
import { useApprove } from '../state/use-servers.ts'
import { countWords, plural } from '../state/words.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { Section } from './page.tsx'
import { Loaded, Problem } from './states.tsx'
import { ToolRow } from './tool-row.tsx'

const SHOWN = 12
const ORDER: Readonly<Record<Tool['state'], number>> = { changed: 0, new: 1, approved: 2, gone: 3 }

/** The tools of a connection; those that wait for somebody's yes first. */
export function ServerTools({ server }: { server: ServerStatus }) {
  const tools = useQuery(toolsQuery(server.id))
  const approve = useApprove(server.id)
  const mayManage = useMay('mcp:manage')
  const [isAsking, setAsking] = useState(false)
  const waiting = (tools.data?.items ?? []).filter(isWaiting)
  const approveAll = mayManage && waiting.length > 0
  return (
    <Section
      title="Tools"
      note={tools.data ? noteOf(tools.data.items.length, waiting.length) : null}
      {...(approveAll
        ? {
            actions: (
              <Button isBusy={approve.isPending} onClick={() => setAsking(true)}>
                {waiting.length === 1 ? 'Approve it' : `Approve all ${countWords(waiting.length)}`}
              </Button>
            ),
          }
        : {})}
    >
      {approve.isError ? <Problem thrown={approve.error} kept="Nothing was approved." /> : null}
      <Loaded asked={tools} lines={4}>
        {(list) => (
          <ToolList
            tools={list.items.toSorted((one, other) => ORDER[one.state] - ORDER[other.state])}
            {...(mayManage ? { onApprove: (tool: Tool) => approve.mutate([tool]), isBusy: approve.isPending } : {})}
          />
        )}
      </Loaded>
      {isAsking ? (
        <ApproveDialog
          tools={waiting}
          onClose={() => setAsking(false)}
          onYes={() => {
            setAsking(false)
            approve.mutate(waiting)
          }}
        />
      ) : null}
    </Section>
  )
}

function noteOf(count: number, waiting: number): string {
  const all = plural(count, 'tool')
  return waiting === 0 ? all : `${all}, ${countWords(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for approval`
}

interface ListProps {
  tools: readonly Tool[]
  onApprove?: (tool: Tool) => void
  isBusy?: boolean
}

function ToolList({ tools, ...rest }: ListProps) {
  const [showsAll, setShowsAll] = useState(false)
  if (tools.length === 0)
    return (
      <p className="small quiet">It offers no tools, or was never asked. They stand here after the first good probe.</p>
    )
  const shown = showsAll ? tools : tools.slice(0, Math.max(SHOWN, tools.filter(isWaiting).length))
  return (
    <>
      <ul className="tool-list">
        {shown.map((tool) => (
          <ToolRow key={tool.name} tool={tool} {...rest} />
        ))}
      </ul>
      {shown.length < tools.length ? (
        <button type="button" className="text-link small" onClick={() => setShowsAll(true)}>
          Show all {plural(tools.length, 'tool')}
        </button>
      ) : null}
    </>
  )
}

function ApproveDialog({ tools, onClose, onYes }: { tools: readonly Tool[]; onClose: () => void; onYes: () => void }) {
  return (
    <Dialog
      title={`Approve ${plural(tools.length, 'tool')} as ${tools.length === 1 ? 'it is' : 'they are'} now?`}
      onClose={onClose}
    >
      <p>Colleagues may call them from then on. If one changes again, it waits again.</p>
      <ul className="approve-list small">
        {tools.map((tool) => (
          <li key={tool.name}>
            <code>{tool.tool}</code>{' '}
            <span className="quiet">
              {toolLook(tool).words.toLowerCase()}, {tool.effect === 'read' ? 'reads' : 'writes'}
            </span>
          </li>
        ))}
      </ul>
      <div className="actions dialog-actions">
        <Button look="accent" onClick={onYes}>
          Approve
        </Button>
        <Button onClick={onClose}>Not now</Button>
      </div>
    </Dialog>
  )
}
