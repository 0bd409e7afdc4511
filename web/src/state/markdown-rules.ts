import type { Options } from 'rehype-sanitize'
import { withDayWords } from './words.ts'

const TEXT_TAGS = ['p', 'br', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'hr', 'a']
const BLOCK_TAGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td']

/**
 * What an answer may contain: words, lists, tables and links. Nothing that the browser would load by itself (img,
 * picture, source, video, svg, style) and nothing that acts (input, form, script) survives, because an answer can carry
 * text from outside.
 */
export const ANSWER_SCHEMA: Options = {
  tagNames: [...TEXT_TAGS, ...BLOCK_TAGS],
  attributes: { a: ['href'], ol: ['start'], th: ['align'], td: ['align'], code: [['className', /^language-[\w-]+$/]] },
  protocols: { href: ['http', 'https', 'mailto'] },
  strip: ['script', 'style', 'iframe', 'svg', 'video', 'audio', 'object', 'form'],
  clobber: ['id', 'name'],
  clobberPrefix: 'answer-',
}

export interface AnswerLink {
  readonly kind: 'inside' | 'outside' | 'none'
  readonly href: string
  /** Where the link really goes, to be shown beside its words. */
  readonly host: string
}

/** Sorts a link of an answer: a path of this site, an outside address with its host, or nothing that may be followed. */
export function answerLink(href: string | undefined): AnswerLink {
  if (!href) return { kind: 'none', href: '', host: '' }
  if (/^\/(?![/\\])/.test(href)) return { kind: 'inside', href, host: '' }
  if (!URL.canParse(href)) return { kind: 'none', href: '', host: '' }
  const address = new URL(href)
  if (address.protocol === 'mailto:') return { kind: 'outside', href, host: address.pathname }
  const isWeb = address.protocol === 'https:' || address.protocol === 'http:'
  return isWeb ? { kind: 'outside', href, host: address.host } : { kind: 'none', href: '', host: '' }
}

interface MarkdownNode {
  type: string
  value?: string
  children?: MarkdownNode[]
}

/** Says the days of an answer's prose as people do; code and addresses keep theirs. A plugin of remark. */
export function sayDays(): (tree: MarkdownNode) => void {
  return walk
}

function walk(node: MarkdownNode): void {
  if (node.type === 'text' && node.value !== undefined) node.value = withDayWords(node.value)
  node.children?.forEach(walk)
}
