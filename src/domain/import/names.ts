import { cutText } from '../cut-text.ts'

/** A word without case, accents, spaces and punctuation: `GTX Pro`, `GTXPro` and `gtx-pro` are the same. */
export function squash(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')
}

const MAX_ID_LENGTH = 120

/**
 * The id that a name gives when the data brings none: `Acme Corporation` -> `acme-corporation`. The same words give the
 * same id in every file, so references and rows meet whichever is imported first. Empty for text without letters or digits.
 */
export function slug(text: string): string {
  const words = text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
  return words.length <= MAX_ID_LENGTH ? words : `${cutText(words, MAX_ID_LENGTH - 9)}-${fingerprint(words)}`
}

/** Products are spelt loosely in the wild, so their ids leave out the spaces as well: `GTX Pro` and `GTXPro` are `gtxpro`. */
export function idFromName(kind: string, name: string): string {
  return kind === 'products' ? slug(squash(name)) : slug(name)
}

/** Eight hex digits of FNV-1a; keeps long ids apart, nothing more. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}
