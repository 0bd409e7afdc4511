type Environment = Readonly<Record<string, string | undefined>>

/** The way to programs, a home and a language: no child process gets more of this one's environment. */
const OF_PROGRAMS = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'USER',
  'SystemRoot',
  'APPDATA',
  'TEMP',
  'USERPROFILE',
]

/** What the second process needs: it holds no credentials but those of the ways by which it tells people. */
const OF_WATCHDOG = ['PATH', 'TZ', 'NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'NODE_COMPILE_CACHE', 'SystemRoot']

/** What a child process gets of this one's environment: a program of an MCP server, or the second process that watches. */
export function inheritedFrom(environment: Environment, whose: 'program' | 'watchdog'): Record<string, string> {
  const names = whose === 'watchdog' ? OF_WATCHDOG : OF_PROGRAMS
  return Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])))
}
