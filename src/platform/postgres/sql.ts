/** A statement with its values kept apart: the only form in which text reaches PostgreSQL. */
export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

const STATEMENT = Symbol('statement')

interface Fragment {
  readonly [STATEMENT]: true
  readonly parts: readonly string[]
  readonly values: readonly unknown[]
}

export type Sql = Fragment

/**
 * Tagged template for SQL. Every `${value}` becomes a parameter; another `sql` fragment is spliced in with its own.
 * Nothing else can enter the text.
 */
export function sql(strings: TemplateStringsArray, ...inserts: readonly unknown[]): Sql {
  const parts: string[] = [strings[0] ?? '']
  const values: unknown[] = []
  inserts.forEach((insert, index) => {
    const after = strings[index + 1] ?? ''
    if (isFragment(insert)) {
      parts[parts.length - 1] += insert.parts[0] ?? ''
      parts.push(...insert.parts.slice(1))
      values.push(...insert.values)
      parts[parts.length - 1] += after
    } else {
      values.push(insert)
      parts.push(after)
    }
  })
  return { [STATEMENT]: true, parts, values }
}

/** Fragments in a row with `separator` between them; an empty list gives an empty fragment. */
export function joinSql(fragments: readonly Sql[], separator: ', ' | ' and ' | ' or ' | ' + ' | ' '): Sql {
  const parts = ['']
  const values: unknown[] = []
  fragments.forEach((fragment, index) => {
    parts[parts.length - 1] += (index > 0 ? separator : '') + (fragment.parts[0] ?? '')
    parts.push(...fragment.parts.slice(1))
    values.push(...fragment.values)
  })
  return { [STATEMENT]: true, parts, values }
}

/** A quoted identifier from a closed list of the program's own names. Throws on anything but `[a-z_][a-z0-9_]*`. */
export function identifier(name: string): Sql {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new Error(`not an identifier: ${name}`)
  return { [STATEMENT]: true, parts: [`"${name}"`], values: [] }
}

/** The wire form: `$1`, `$2` ... */
export function toStatement(fragment: Sql): Statement {
  const text = fragment.parts.reduce((built, part, index) => (index === 0 ? part : `${built}$${index}${part}`), '')
  return { text, values: fragment.values }
}

function isFragment(value: unknown): value is Fragment {
  return typeof value === 'object' && value !== null && STATEMENT in value
}
