import { notConfigured } from '#domain/doctor/finding.ts'
import { judgeProvider } from '#domain/doctor/judge-outside.ts'
import type { Config } from '#platform/config/config.ts'
import { askProvider } from '#platform/models/ask-provider.ts'
import { hostWithPort } from '#platform/network/address-guard.ts'
import { createGuardedClient } from '#platform/network/guarded-client.ts'
import type { DoctorNeeds } from './doctor-needs.ts'
import type { Check } from './examine.ts'

interface ConfiguredProvider {
  readonly provider: 'openai' | 'anthropic'
  readonly address: string
  readonly models: readonly string[]
  readonly settings: readonly string[]
}

const STANDARD_ADDRESSES = { openai: 'https://api.openai.com/v1', anthropic: 'https://api.anthropic.com' } as const

/** Providers that a key, an address or a model names. */
export function providersOf({ models }: Config): ConfiguredProvider[] {
  return (['openai', 'anthropic'] as const).flatMap((provider) => {
    const { apiKey, baseUrl } = models[provider]
    const named = [...models.order, models.embedding ?? '']
      .filter((model) => model.startsWith(`${provider}/`))
      .map((model) => model.slice(provider.length + 1))
    if (apiKey === null && baseUrl === null && named.length === 0) return []
    const prefix = provider.toUpperCase()
    return [
      {
        provider,
        address: baseUrl ?? STANDARD_ADDRESSES[provider],
        models: [...new Set(named)],
        settings: [`${prefix}_API_KEY`, `${prefix}_BASE_URL`, 'SOPHIA_MODEL', 'SOPHIA_EMBEDDING_MODEL'],
      },
    ]
  })
}

/** Whether each provider takes its key and knows its models. */
export function providerChecks({ config }: DoctorNeeds): Check[] {
  const providers = providersOf(config)
  if (providers.length === 0)
    return [
      {
        id: 'provider',
        settings: ['SOPHIA_MODEL', 'OPENAI_API_KEY', 'OPENAI_BASE_URL', 'ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL'],
        look: () => notConfigured('No provider is set; the playbook answers.'),
      },
    ]
  return providers.map(({ provider, models, settings }) => ({
    id: `provider:${provider}`,
    settings,
    look: async () => {
      const { apiKey, baseUrl } = config.models[provider]
      const own = baseUrl === null ? [] : [hostWithPort(baseUrl)]
      const client = createGuardedClient({ allowPrivate: [...config.network.allowPrivate, ...own] })
      try {
        const facts = await askProvider({ provider, apiKey, baseUrl, models, fetch: client.fetch })
        const [keySetting = '', urlSetting = ''] = settings
        return judgeProvider(facts, { provider, keySetting, urlSetting })
      } finally {
        await client.close()
      }
    },
  }))
}
