// Owns the requests of one source over its pulls: connections that are kept, and a budget that all pulls share.
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Ground } from '../ground.ts'
import { openSourceBudget, type SourceBudget } from './budget.ts'
import { type Http, openHttp, type SourceHttp } from './http.ts'

export interface SourceRequests {
  open(ground: Ground, options: SourceHttp): Http
  close(): void
}

export function sourceRequests(random: () => number): SourceRequests {
  const agent = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
  const budgets = new Map<string, SourceBudget>()
  return {
    open: (ground, options) => {
      const windows = options.windows ?? {}
      const key = JSON.stringify([options.baseUrl, options.account ?? '', windows])
      const budget = budgets.get(key) ?? openSourceBudget({ windows, clock: ground.clock, log: ground.log })
      budgets.set(key, budget)
      return openHttp({ ...options, agent, budget, context: ground, random })
    },
    close: () => {
      agent.http.destroy()
      agent.https.destroy()
    },
  }
}
