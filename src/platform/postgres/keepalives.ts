/** Seconds until the server notices that the other machine is gone; where both are one, the system tells at once. */
export const KEEPALIVES = {
  tcp_keepalives_idle: '15',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
} as const

/** As statements, for a session of our own. */
export const SET_KEEPALIVES = Object.entries(KEEPALIVES)
  .map(([setting, value]) => `set session ${setting} = ${value}`)
  .join('; ')
