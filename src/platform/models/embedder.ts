/** A model that turns texts into vectors whose nearness is nearness in sense. Adapter: openai. */
export interface Embedder {
  /** Stored beside each vector: those of another model are not comparable. */
  readonly id: string
  /** One unit vector per text, in order. Rejects with a MODEL_* code. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>
}
