import { memo } from 'react'
import Markdown, { type Components } from 'react-markdown'
import rehypeSanitize from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import { Link } from 'wouter'
import { answerLink, ANSWER_SCHEMA, sayDays } from '../state/markdown-rules.ts'

const COMPONENTS: Components = {
  a: ({ href, children }) => {
    const link = answerLink(href)
    if (link.kind === 'none') return <span>{children}</span>
    if (link.kind === 'inside') {
      return (
        <Link href={link.href} className="text-link">
          {children}
        </Link>
      )
    }
    return (
      <a href={link.href} className="text-link" target="_blank" rel="noopener noreferrer nofollow">
        {children} <span className="link-host">({link.host})</span>
      </a>
    )
  },
  table: ({ children }) => (
    <div className="answer-table" tabIndex={0} role="region" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  // An answer sits under the page's own title, at whatever level its writer began; the look keeps the difference.
  h1: ({ children }) => <h2>{children}</h2>,
  h2: ({ children }) => <h2>{children}</h2>,
  h3: ({ children }) => <h2 className="is-lesser">{children}</h2>,
  h4: ({ children }) => <h2 className="is-lesser">{children}</h2>,
  h5: ({ children }) => <h2 className="is-lesser">{children}</h2>,
  h6: ({ children }) => <h2 className="is-lesser">{children}</h2>,
}

/** An answer's Markdown. Sanitising is the last step, so nothing a plugin makes can slip past it. */
export const AnswerText = memo(function AnswerText({ text }: { text: string }) {
  return (
    <div className="answer-text">
      <Markdown
        remarkPlugins={[remarkGfm, sayDays]}
        rehypePlugins={[[rehypeSanitize, ANSWER_SCHEMA]]}
        components={COMPONENTS}
      >
        {text}
      </Markdown>
    </div>
  )
})
