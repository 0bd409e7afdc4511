import { withDays } from '../figure-text.ts'
import { addressOf, dayNote, type BriefingContent, type BriefingFrame, type BriefingSection } from './content.ts'

/** For the conversation: links stay inside the web app, so they carry its paths. */
export function renderMarkdown(content: BriefingContent): string {
  const sections = content.sections.map(({ title, lines, empty }) => {
    const items = lines.map((line) => {
      const address = addressOf(line, '')
      return address === null ? `- ${markdownText(line.text)}` : `- [${markdownText(line.text)}](${address})`
    })
    return `### ${markdownText(title)}\n\n${items.length > 0 ? items.join('\n') : markdownText(empty)}`
  })
  return joined([
    markdownText(content.headline),
    ...sections,
    ...notesOf(content).map((note) => `_${markdownText(note)}_`),
  ])
}

/** The plain part of an e-mail. */
export function renderText(content: BriefingContent, { publicUrl, unsubscribeUrl }: BriefingFrame): string {
  const sections = content.sections.map((section) => {
    const items = section.lines.map((line) => {
      const address = addressOf(line, publicUrl)
      return `- ${oneLine(line.text)}${address === null ? '' : `\n  ${address}`}`
    })
    return [oneLine(section.title).toUpperCase(), ...(items.length > 0 ? items : [oneLine(section.empty)])].join('\n')
  })
  const end = unsubscribeUrl === undefined ? '' : `--\nNo more of these e-mails: ${unsubscribeUrl}`
  return `${joined([oneLine(content.headline), ...sections, ...notesOf(content).map(oneLine), publicUrl, end])}\n`
}

/** The HTML part: no scripts, no images, no style sheet, nothing loaded from anywhere. */
export function renderHtml(content: BriefingContent, { publicUrl, unsubscribeUrl }: BriefingFrame): string {
  const notes = notesOf(content).map((note) => `<p style="${QUIET}">${html(note)}</p>`)
  const end =
    unsubscribeUrl === undefined
      ? ''
      : `<p style="${QUIET}"><a href="${html(unsubscribeUrl)}">No more of these e-mails</a></p>`
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"></head>',
    `<body style="${BODY}">`,
    `<h1 style="font-size:20px">${html(content.headline)}</h1>`,
    ...content.sections.map((section) => htmlSection(section, publicUrl)),
    ...notes,
    `<p><a href="${html(publicUrl)}">Open Sophia</a></p>`,
    end,
    '</body></html>',
  ].join('\n')
}

const BODY = 'font:15px/1.5 system-ui,sans-serif;color:#1c1b1a;max-width:640px;margin:24px auto;padding:0 16px'
const QUIET = 'color:#5f5b57;font-size:13px'

function htmlSection({ title, lines, empty }: BriefingSection, publicUrl: string): string {
  const items = lines.map((line) => {
    const address = addressOf(line, publicUrl)
    return `<li>${address === null ? html(line.text) : `<a href="${html(address)}">${html(line.text)}</a>`}</li>`
  })
  const body = items.length > 0 ? `<ul>${items.join('')}</ul>` : `<p>${html(empty)}</p>`
  return `<h2 style="font-size:16px">${html(title)}</h2>${body}`
}

/** For a Slack-compatible webhook, whose few signs are escaped so that no text can mention a whole channel. */
export function renderSlack(content: BriefingContent, { publicUrl }: BriefingFrame): string {
  const sections = content.sections.map(({ title, lines, empty }) => {
    const items = lines.map((line) => {
      const address = addressOf(line, publicUrl)
      return `• ${address === null ? slack(line.text) : `<${slack(address)}|${slack(line.text).replaceAll('|', '/')}>`}`
    })
    return [`*${slack(title)}*`, ...(items.length > 0 ? items : [slack(empty)])].join('\n')
  })
  return joined([`*${slack(content.headline)}*`, ...sections, ...notesOf(content).map(slack)])
}

function notesOf(content: BriefingContent): string[] {
  return [dayNote(content), ...content.caveats].filter((note) => note !== '')
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n')
}

function oneLine(text: string): string {
  return withDays(text)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}

function html(text: string): string {
  return oneLine(text).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

function slack(text: string): string {
  return oneLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Signs that mean something in Markdown are shown as they are; the last two are what makes a bare address a link. */
function markdownText(text: string): string {
  return oneLine(text).replaceAll(/[\\`*_{}[\]()#+!|<>~]|:(?=\/\/)|(?<=www)\./gi, String.raw`\$&`)
}
