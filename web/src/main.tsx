import './state/zod-without-eval.ts'
import '@fontsource-variable/hanken-grotesk/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './style/tokens.css'
import './style/base.css'
import './style/controls.css'
import './style/shell.css'
import './style/tables.css'
import './style/records.css'
import './style/charts.css'
import './style/board.css'
import './style/talk.css'
import './style/pages.css'
import './style/work.css'
import './style/connections.css'
import './style/sync.css'
import './style/calendar.css'
import './style/operations.css'
import './style/trace.css'
import './style/drills.css'
import './style/print.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './pages/app.tsx'
import { queries } from './state/house.ts'

const root = document.querySelector('#root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  )
}
