import { Dialog } from './dialog.tsx'

const GROUPS: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Anywhere',
    keys: [
      ['Ctrl K', 'Search pages, records and actions'],
      ['?', 'This list'],
      ['/', 'Search in this list'],
      ['Esc', 'Close what is open'],
    ],
  },
  {
    title: 'Go to',
    keys: [
      ['G then H', 'Home'],
      ['G then M', 'Marcus'],
      ['G then S', 'Sarah'],
      ['G then D', 'Deals'],
      ['G then C', 'Clients'],
      ['G then T', 'Conversations'],
      ['G then P', 'Pipeline'],
      ['G then O', 'Portfolio'],
      ['G then R', 'Memory'],
      ['G then F', 'Drafts'],
    ],
  },
  {
    title: 'Lists',
    keys: [
      ['J or K', 'Next or previous row'],
      ['Enter', 'Open the row beside the list'],
    ],
  },
  {
    title: 'Conversation',
    keys: [
      ['Enter', 'Send'],
      ['Shift Enter', 'New line'],
      ['Esc', 'Stop the answer'],
    ],
  },
]

export function Shortcuts({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <div className="shortcuts">
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <div key={what} className="shortcut">
                  <dt>
                    <kbd>{keys}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
