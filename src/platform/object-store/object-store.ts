/** A place outside this machine where files are kept under names, with a note on each. */
export interface ObjectStore {
  /** As the operator writes it, e.g. `s3://bucket/prefix`. */
  readonly address: string
  /** Copies a file there and sees that all of it arrived. Rejects with STORE_FAILED. */
  put(object: SentObject, options?: TransferOptions): Promise<void>
  /** Everything under the prefix. Rejects with STORE_FAILED. */
  list(): Promise<readonly StoredObject[]>
  /** Copies an object into a file. Rejects with STORE_FAILED, NOT_FOUND. */
  get(name: string, path: string, options?: TransferOptions): Promise<void>
  /** Removes it; one that is gone already is removed. Rejects with STORE_FAILED. */
  remove(name: string): Promise<void>
  close(): Promise<void>
}

export interface SentObject {
  readonly name: string
  /** The file to read. */
  readonly path: string
  readonly bytes: number
  /** A short ASCII text that is kept with it. */
  readonly note: string
}

export interface StoredObject {
  readonly name: string
  readonly bytes: number
  readonly changedAt: Date
  /** Null: it was put there by other means. */
  readonly note: string | null
}

export interface TransferOptions {
  readonly signal?: AbortSignal | undefined
  /** Told as bytes arrive. */
  readonly onBytes?: ((added: number) => void) | undefined
}
