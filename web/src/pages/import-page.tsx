import { useState } from 'react'
import { useLocation } from 'wouter'
import { DropZone } from '../parts/drop-zone.tsx'
import { ImportHistory } from '../parts/import-history.tsx'
import { ImportPrepare } from '../parts/import-prepare.tsx'
import { ImportProgress } from '../parts/import-progress.tsx'
import { Page } from '../parts/page.tsx'
import { SampleNotice } from '../parts/sample-notice.tsx'

/** Files in: choose, see what each column becomes, import, read what came of it. */
export function ImportPage({ id }: { id?: string }) {
  const [file, setFile] = useState<File | null>(null)
  const [, go] = useLocation()
  if (id) {
    return (
      <Page title="Import">
        <ImportProgress id={id} />
      </Page>
    )
  }
  return (
    <Page
      title="Import"
      note="CSV files from your CRM, help desk or billing, and calls as .vtt, .json or .txt. A record that is known by its id is brought up to date; nothing is doubled."
    >
      {file ? (
        <ImportPrepare
          key={`${file.name} ${file.size} ${file.lastModified}`}
          file={file}
          onCancel={() => setFile(null)}
          onStarted={(importId) => {
            setFile(null)
            go(`/import/${importId}`)
          }}
        />
      ) : (
        <>
          <SampleNotice />
          <DropZone onFile={setFile} />
          <ImportHistory />
        </>
      )}
    </Page>
  )
}
