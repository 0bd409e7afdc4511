import { generateRecords, type CrmSizes } from './generate-records.ts'

export type ObjectType = 'companies' | 'contacts' | 'deals' | 'activities'

export type Properties = Readonly<Record<string, string | null>>

/** Ids of the records that a record belongs to, in the shape HubSpot gives them. */
export type Associations = Partial<Record<ObjectType, { results: readonly { id: string; type: string }[] }>>

export interface CrmRecord {
  readonly id: string
  readonly properties: Properties
  readonly associations: Associations
  readonly createdAt: string
  readonly updatedAt: string
  readonly archived: boolean
  readonly archivedAt?: string
}

export interface Owner {
  readonly id: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly archived: boolean
}

export interface Merge {
  readonly objectType: ObjectType
  readonly fromId: string
  readonly toId: string
  readonly at: string
}

export interface Page {
  readonly results: readonly CrmRecord[]
  readonly paging?: { readonly next: { readonly after: string } }
}

export interface PageQuery {
  readonly limit: number
  /** The id of the last record seen: pages by key, so that what changes between two pages neither repeats nor vanishes. */
  readonly after?: string | undefined
  /** Records changed at this time or later. */
  readonly modifiedSince?: string | undefined
  readonly includeArchived?: boolean | undefined
}

export interface RecordOptions {
  readonly seed?: number
  readonly sizes?: Partial<CrmSizes>
  /** The time that changes are stamped with, and before which everything generated lies. */
  readonly now?: () => Date
}

const SIZES: CrmSizes = { companies: 1_500, contacts: 3_500, deals: 2_000, activities: 3_000 }

/** The contents of a CRM: the same seed, sizes and time give the same records on any machine. */
export class CrmRecords {
  readonly owners: readonly Owner[]
  readonly merges: Merge[] = []
  readonly #now: () => Date
  readonly #records: Readonly<Record<ObjectType, Map<string, CrmRecord>>>
  #nextId = 9_000_000_000

  constructor(options: RecordOptions = {}) {
    this.#now = options.now ?? (() => new Date())
    const sizes = { ...SIZES, ...options.sizes }
    const generated = generateRecords(options.seed ?? 1, sizes, this.#now())
    this.owners = generated.owners
    this.#records = generated.records
  }

  count(objectType: ObjectType): number {
    return this.#records[objectType].size
  }

  all(objectType: ObjectType): readonly CrmRecord[] {
    return [...this.#records[objectType].values()]
  }

  /** Null when there is none. The id of a record that was merged away gives the one it became. */
  find(objectType: ObjectType, id: string): CrmRecord | null {
    const merge = this.merges.findLast((one) => one.objectType === objectType && one.fromId === id)
    if (merge) return this.find(objectType, merge.toId)
    return this.#records[objectType].get(id) ?? null
  }

  page(objectType: ObjectType, { limit, after, modifiedSince, includeArchived }: PageQuery): Page {
    const since = modifiedSince === undefined ? Number.NEGATIVE_INFINITY : Date.parse(modifiedSince)
    const results: CrmRecord[] = []
    // Ids are given upwards, so the order of a map is the order of ids.
    for (const record of this.#records[objectType].values()) {
      if (after !== undefined && Number(record.id) <= Number(after)) continue
      if (Date.parse(record.updatedAt) < since || (record.archived && !includeArchived)) continue
      results.push(record)
      if (results.length > limit) break
    }
    if (results.length <= limit) return { results }
    const shown = results.slice(0, limit)
    return { results: shown, paging: { next: { after: shown.at(-1)?.id ?? '' } } }
  }

  add(objectType: ObjectType, properties: Properties, associations: Associations = {}): CrmRecord {
    const at = this.#now().toISOString()
    const id = String((this.#nextId += 1))
    const record = { id, properties, associations, createdAt: at, updatedAt: at, archived: false }
    this.#records[objectType].set(id, record)
    return record
  }

  change(objectType: ObjectType, id: string, properties: Properties): CrmRecord {
    const record = this.#get(objectType, id)
    return this.#put(objectType, { ...record, properties: { ...record.properties, ...properties } })
  }

  /** Deletes as a person does in a CRM: the record is found under `includeArchived` only. */
  archive(objectType: ObjectType, id: string): CrmRecord {
    const record = this.#get(objectType, id)
    return this.#put(objectType, { ...record, archived: true, archivedAt: this.#now().toISOString() })
  }

  /** Deletes for good, as a person's right to be forgotten asks: no call ever tells of the record again. */
  erase(objectType: ObjectType, id: string): void {
    this.#get(objectType, id)
    this.#records[objectType].delete(id)
  }

  /** The first is archived and lives on in the second; whatever belonged to it belongs to the second, and changed by that. */
  merge(objectType: ObjectType, fromId: string, toId: string): Merge {
    const [from, to] = [this.#get(objectType, fromId), this.#get(objectType, toId)]
    this.#put(objectType, { ...from, archived: true, archivedAt: this.#now().toISOString() })
    const absorbed = [to.properties['hs_merged_object_ids'], fromId].filter(Boolean).join(';')
    this.#put(objectType, { ...to, properties: { ...to.properties, hs_merged_object_ids: absorbed } })
    for (const records of Object.values(this.#records))
      for (const record of records.values()) {
        const results = record.associations[objectType]?.results
        if (!results?.some(({ id }) => id === fromId)) continue
        const moved = results.map((one) => (one.id === fromId ? { ...one, id: toId } : one))
        const associations = { ...record.associations, [objectType]: { results: moved } }
        records.set(record.id, { ...record, associations, updatedAt: this.#now().toISOString() })
      }
    const merge = { objectType, fromId, toId, at: this.#now().toISOString() }
    this.merges.push(merge)
    return merge
  }

  #get(objectType: ObjectType, id: string): CrmRecord {
    const record = this.#records[objectType].get(id)
    if (!record) throw new Error(`no record ${id} in ${objectType}`)
    return record
  }

  #put(objectType: ObjectType, record: CrmRecord): CrmRecord {
    const changed = { ...record, updatedAt: this.#now().toISOString() }
    this.#records[objectType].set(record.id, changed)
    return changed
  }
}
