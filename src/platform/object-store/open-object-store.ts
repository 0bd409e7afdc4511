import type { S3Place } from './open-s3.ts'
import type { ObjectStore } from './object-store.ts'

/** The operator's store. Its SDK is large and is read only when the store is first asked something. */
export function openObjectStore(place: S3Place): ObjectStore {
  let opening: Promise<ObjectStore> | undefined
  const store = (): Promise<ObjectStore> => (opening ??= import('./open-s3.ts').then(({ openS3 }) => openS3(place)))
  return {
    address: `s3://${[place.bucket, place.prefix].filter((part) => part !== '').join('/')}`,
    put: async (...given) => (await store()).put(...given),
    list: async () => (await store()).list(),
    get: async (...given) => (await store()).get(...given),
    remove: async (name) => (await store()).remove(name),
    close: async () => (await opening)?.close(),
  }
}
