// Owns what a route says about who may call it.
import 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `token`: who knows it. `open`: everybody who calls by a known name. `webhook`: has a secret of its own. */
    access?: 'token' | 'open' | 'webhook'
  }
}

export const OPEN = { access: 'open' } as const
