import type { ParsedCalls } from './parsed-call.ts'
import { parseJsonCalls } from './parse-json-calls.ts'
import { parsePlainCalls } from './parse-plain-call.ts'
import { parseVttCall } from './parse-vtt-call.ts'

/** Reads a file of calls by what it holds, not by what it is called. Never throws; what cannot be read is a fault. */
export function parseCalls(text: string): ParsedCalls {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  if (/^WEBVTT(?=\s|$)/.test(body)) return parseVttCall(body)
  return /^\s*(?:\{|\[\s*[{[\]])/.test(body) ? parseJsonCalls(body) : parsePlainCalls(body)
}
