import { Secret } from './secret.ts'

export interface RedisNode {
  readonly host: string
  readonly port: number
}

/** Where Redis is and who asks. */
export interface RedisAddress {
  /** `single`: the one node. `sentinel`: nodes are sentinels, who know the primary. `cluster`: nodes are some of the cluster's. */
  readonly kind: 'single' | 'sentinel' | 'cluster'
  readonly nodes: readonly RedisNode[]
  /** What the sentinels call the primary; empty for the other kinds. */
  readonly name: string
  /** Of the access control list; null: the default user. */
  readonly user: string | null
  readonly password: Secret | null
  /** Number of the database; 0 where a kind has but one. */
  readonly database: number
  readonly isEncrypted: boolean
}

const FORM = /^redis(s?)(?:-(sentinel|cluster))?:\/\/(?:([^@/\s]*)@)?([^@/?#\s]+)(?:\/([^?#\s]*))?$/
const HOST = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i
const EXAMPLES =
  'expected redis://user:password@host:port/number, redis-sentinel://user:password@host:port,host:port/name or redis-cluster://user:password@host:port,host:port; rediss, rediss-sentinel and rediss-cluster for TLS'

/** Reads REDIS_URL; answers what is wrong with it as a text, which names no secret. */
export function parseRedisAddress(text: string): RedisAddress | string {
  const [, tls, form, credentials, hosts = '', path = ''] = FORM.exec(text) ?? []
  if (hosts === '') return EXAMPLES
  const kind = form === 'sentinel' || form === 'cluster' ? form : 'single'
  const nodes = hosts.split(',').map((host) => parseNode(host, kind === 'sentinel' ? 26_379 : 6379))
  const wrong = nodes.findIndex((node) => node === null)
  if (wrong >= 0) return `host ${wrong + 1} is no host:port`
  const fault = faultOf(kind, nodes.length, path)
  if (fault !== null) return fault
  const who = parseCredentials(credentials)
  if (typeof who === 'string') return who
  return {
    kind,
    nodes: nodes.filter((node) => node !== null),
    name: kind === 'sentinel' ? path : '',
    ...who,
    database: kind === 'single' ? Number(path) : 0,
    isEncrypted: tls === 's',
  }
}

function parseNode(text: string, standardPort: number): RedisNode | null {
  const [, six, name, digits] = HOST.exec(text) ?? []
  const host = six ?? name
  const port = digits === undefined ? standardPort : Number(digits)
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port }
}

function faultOf(kind: RedisAddress['kind'], hosts: number, path: string): string | null {
  switch (kind) {
    case 'single':
      if (hosts > 1)
        return 'redis:// takes one host; several are reached by redis-sentinel://.../name or redis-cluster://...'
      return /^\d{0,4}$/.test(path) ? null : 'after the host comes the number of a database, such as /0, or nothing'
    case 'sentinel':
      return /^[\w.-]+$/.test(path)
        ? null
        : 'after the sentinels comes the name they have for the primary, such as /mymaster'
    case 'cluster':
      return path === '' ? null : 'a cluster has no numbered databases: nothing comes after its hosts'
  }
}

function parseCredentials(text: string | undefined): Pick<RedisAddress, 'user' | 'password'> | string {
  if (text === undefined) return { user: null, password: null }
  const colon = text.indexOf(':')
  if (colon < 0 || colon === text.length - 1) return 'a user comes with a password: user:password@, or :password@ alone'
  try {
    const user = decodeURIComponent(text.slice(0, colon))
    return { user: user === '' ? null : user, password: new Secret(decodeURIComponent(text.slice(colon + 1))) }
  } catch {
    // A lone % of which nobody can say what was meant.
    return 'special characters in user and password are written as %xx, a percent sign as %25'
  }
}
