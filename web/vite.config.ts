import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  resolve: { alias: { '#contract': fileURLToPath(new URL('../src/contract', import.meta.url)) } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Everything is a file of its own: a data: font or an inline script would break the policy `default-src 'self'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // Markdown is heavy and only conversations need it; the rest of the libraries change seldom.
        manualChunks: (id: string) => {
          // It sets zod up: no chunk with schemas that pages share may come before it, and all come after the libraries.
          if (id.endsWith('/state/zod-without-eval.ts')) return 'libraries'
          if (!id.includes('node_modules')) return undefined
          if (/markdown|remark|rehype|mdast|hast|micromark|unist|unified|vfile/.test(id)) return 'markdown'
          return 'libraries'
        },
      },
    },
  },
})
