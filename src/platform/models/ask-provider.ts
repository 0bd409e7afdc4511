import Anthropic from '@anthropic-ai/sdk'
import { SophiaError } from '#domain/errors.ts'
import type { ProviderFacts } from '#domain/doctor/judge-outside.ts'
import type { Secret } from '../config/secret.ts'
import { createOpenAiClient } from './openai-client.ts'

export interface AskedProvider {
  readonly provider: 'openai' | 'anthropic'
  readonly apiKey: Secret | null
  readonly baseUrl: string | null
  /** Without the provider's name. */
  readonly models: readonly string[]
  readonly fetch: typeof fetch
}

const LIMIT_MS = 5000

/** Asks for each configured model by name, which shows whether the key is taken and costs no tokens. Does not reject. */
export async function askProvider(asked: AskedProvider): Promise<ProviderFacts> {
  const catalogue = openCatalogue(asked)
  try {
    const found = await Promise.all(
      asked.models.map((model) =>
        catalogue.find(model).then(
          () => true,
          (error: unknown) => (statusOf(error) === 404 ? false : Promise.reject(error)),
        ),
      ),
    )
    const missing = asked.models.filter((_model, index) => !found[index])
    // Some that have a list know no single entries of it; one without a list answers 404 here, too.
    const listed = missing.length > 0 || asked.models.length === 0 ? await catalogue.list() : []
    return { kind: 'answered', unknownModels: missing.filter((model) => !listed.includes(model)), models: asked.models }
  } catch (error) {
    return toFacts(error)
  }
}

function openCatalogue({ provider, apiKey, baseUrl, fetch }: AskedProvider) {
  const options = { timeout: LIMIT_MS, maxRetries: 0 }
  if (provider === 'openai') {
    const { models } = createOpenAiClient({ apiKey, baseUrl, fetch })
    return { find: (model: string) => models.retrieve(model, options), list: () => models.list(options).then(idsOf) }
  }
  const { models } = new Anthropic({
    apiKey: apiKey?.reveal() ?? 'none',
    baseURL: baseUrl ?? undefined,
    fetch,
    maxRetries: 0,
    logLevel: 'off',
  })
  return {
    find: (model: string) => models.retrieve(model, {}, options),
    list: () => models.list({}, options).then(idsOf),
  }
}

function idsOf({ data }: { readonly data: readonly { readonly id: string }[] }): string[] {
  return data.map(({ id }) => id)
}

const REFUSED = [400, 401, 402, 403]

/** The provider's own words go no further: they repeat keys. */
function toFacts(error: unknown): ProviderFacts {
  const httpStatus = statusOf(error)
  if (httpStatus === undefined) return { kind: 'away', reason: reasonOf(error) }
  if (REFUSED.includes(httpStatus)) return { kind: 'refused', httpStatus }
  return httpStatus === 408 || httpStatus === 429 || httpStatus >= 500
    ? { kind: 'busy', httpStatus }
    : { kind: 'silent' }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : undefined
}

function reasonOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 6; at = at.cause, depth += 1) {
    if (at instanceof SophiaError) return at.message
    const code = 'code' in at && typeof at.code === 'string' ? at.code : null
    if (code !== null) return `${code}.`
    if (/timed? ?out/i.test(at.message)) return `no answer within ${LIMIT_MS / 1000} s.`
  }
  return 'the connection failed.'
}
