import type { Clock } from '#domain/clock.ts'
import type { ModelChain } from '#domain/model.ts'
import { createPlaybook } from '#domain/playbook/playbook.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../log/log.ts'
import { hostWithPort } from '../network/address-guard.ts'
import { createGuardedClient } from '../network/guarded-client.ts'
import { traceFetch } from '../tracing/in-span.ts'
import { createAnthropicProvider } from './anthropic-provider.ts'
import { createModelChain, type ModelCall } from './model-chain.ts'
import { createModelWatch, type ModelObservation } from './model-watch.ts'
import type { Embedder } from './embedder.ts'
import { createOpenAiEmbedder } from './openai-embedder.ts'
import { createOpenAiProvider } from './openai-provider.ts'

interface ModelSettings {
  readonly models: Config['models']
  readonly network: Config['network']
  readonly clock: Clock
  readonly log: Log
  readonly onCall: (call: ModelCall) => void
}

export interface Models {
  readonly chain: ModelChain
  /** null: memories are found by the built-in embedding. */
  readonly embedder: Embedder | null
  /** How the last call went; for /health. */
  observe(): ModelObservation
  close(): Promise<void>
}

/** The configured providers as one chain. Base URLs of the settings may be called wherever they lie. */
export function openModels(settings: ModelSettings): Models {
  const { openai, anthropic, order, embedding } = settings.models
  const ownHosts = [openai.baseUrl, anthropic.baseUrl].flatMap((url) => (url === null ? [] : [hostWithPort(url)]))
  const client = createGuardedClient({ allowPrivate: [...settings.network.allowPrivate, ...ownHosts] })
  const fetch = traceFetch(client.fetch)
  const watch = createModelWatch(order[0] ?? 'playbook')
  const chain = createModelChain({
    order,
    providers: [
      createOpenAiProvider({ ...openai, fetch }),
      createAnthropicProvider({ ...anthropic, fetch }),
      createPlaybook({ isFallback: order[0] !== 'playbook' }),
    ],
    clock: settings.clock,
    log: settings.log,
    onCall: (call) => {
      watch.onCall(call)
      settings.onCall(call)
    },
  })
  const model = embedding?.replace(/^openai\//, '')
  const embedder = model === undefined ? null : createOpenAiEmbedder({ ...openai, model, fetch })
  return { chain, embedder, observe: () => watch.observe(), close: () => client.close() }
}
