/**
 * Secrets by pattern, wherever they stand in a finished log line: our own tokens, providers' keys, bearer headers,
 * passwords in URLs, and JSON fields whose name says that they are secret.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\bsk-[A-Za-z0-9_-]{8,}/g, 'sk-[redacted]'],
  [/\b[Bb]earer\s+[\w.~+/-]{8,}=*/g, 'Bearer [redacted]'],
  [/([a-z][a-z0-9+.-]*:\/\/[^\s:@/"\\]*):[^\s@/"\\]+@/gi, '$1:[redacted]@'],
  [/([#?&]token=)[\w.~-]+/g, '$1[redacted]'],
  [
    /("(?:[\w.-]*(?:password|secret|authorization|cookie|api[_-]?key|token))"\s*:\s*)"(?:[^"\\]|\\.)*"/gi,
    '$1"[redacted]"',
  ],
]

/** The line without its secrets. */
export function redactText(line: string): string {
  return PATTERNS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line)
}
