import OpenAI from 'openai'
import type { Secret } from '../config/secret.ts'

export interface OpenAiSettings {
  readonly apiKey: Secret | null
  /** null: the vendor's own address. */
  readonly baseUrl: string | null
  readonly fetch: typeof fetch
}

/** The vendor's SDK over the guarded client; retries and logs are the house's own matter. */
export function createOpenAiClient({ apiKey, baseUrl, fetch }: OpenAiSettings): OpenAI {
  return new OpenAI({
    // Servers without keys still want a word there.
    apiKey: apiKey?.reveal() ?? 'none',
    baseURL: baseUrl ?? undefined,
    fetch,
    maxRetries: 0,
    logLevel: 'off',
  })
}
