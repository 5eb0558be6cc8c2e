// A connector for a vendor that nobody has, as somebody outside would write it: what the kit is tried on.
import {
  type ConnectorContext,
  ConnectorError,
  defineConnector,
  fixedAuth,
  type Http,
  oauth,
  type SourceRecord,
} from 'heysync/connector'
import { z } from 'zod'

const options = z.strictObject({
  url: z.url().describe('Where the Rolodex is.'),
  key: z.string().describe('The key from Settings, API.'),
  pageSize: z.int().min(1).max(1000).default(100).describe('People on a page.'),
})
export type RolodexOptions = z.infer<typeof options>

const personSchema = z.looseObject({
  id: z.number(),
  updated_at: z.string(),
  deleted: z.boolean().default(false),
  merged_into: z.number().nullable().default(null),
})
const pageSchema = z.object({ people: z.array(personSchema), more: z.boolean(), total: z.int() })

export function toRecord({
  id,
  updated_at,
  deleted,
  merged_into,
  ...fields
}: z.infer<typeof personSchema>): SourceRecord {
  return {
    id: String(id),
    fields,
    updatedAt: updated_at,
    ...(deleted ? { deleted } : {}),
    ...(merged_into === null ? {} : { mergedInto: String(merged_into) }),
  }
}

/** Requests with a token that the key is changed into. */
export function signedIn({ url, key }: RolodexOptions, context: ConnectorContext): Http {
  const stranger = context.http({ baseUrl: url, auth: fixedAuth({ headers: { 'x-key': key } }) })
  const auth = oauth({
    exchange: (form) => stranger.json({ method: 'POST', url: 'token', form }),
    grant: async () => ({ grant_type: 'client_credentials' }),
    keep: context.keep,
    fingerprint: url,
    now: context.clock.now,
  })
  return context.http({ baseUrl: url, auth })
}

export async function readPage(http: Http, query: Record<string, string | number | undefined>) {
  const answer = pageSchema.safeParse(await http.json({ url: 'people', query }))
  if (answer.success) return answer.data
  throw new ConnectorError('failed', { message: 'The Rolodex answered something else than people.' })
}

export const rolodex = defineConnector({
  kind: 'rolodex',
  summary: 'People of a Rolodex.',
  options,
  capabilities: { incremental: 'watermark', deletes: true, merges: true, consent: true, resumable: true },
  fixedFields: false,
  discover: async (options, context) => {
    const { people, total } = await readPage(signedIn(options, context), { limit: 3 })
    const names = [...new Set(people.flatMap(Object.keys))]
    const samplesOf = (name: string) => people.map((one) => String(one[name] ?? '')).filter(Boolean)
    return { fields: names.map((name) => ({ name, samples: samplesOf(name) })), count: total }
  },
  pull: async function* (options, { mode, window, resumeAfter }, context) {
    const http = signedIn(options, context)
    let afterId = Number(resumeAfter ?? 0)
    for (;;) {
      const limit = options.pageSize
      // Everything has no end in time: whoever is edited meanwhile would leave it.
      const times = mode === 'full' ? {} : { from: window.from ?? undefined, to: window.to }
      const query = { ...times, after_id: afterId, limit }
      const { people, more, total } = await readPage(http, query)
      // A page is in the order of the ids, says the vendor; on a bad day it is not.
      const lastId = Math.max(afterId, ...people.map(({ id }) => id))
      if (more && lastId === afterId)
        throw new ConnectorError('failed', { message: 'The Rolodex gave the same page twice.' })
      afterId = lastId
      const end =
        mode === 'full'
          ? ({ covers: 'everything', count: total } as const)
          : ({ covers: 'changes', count: null } as const)
      yield { records: people.map(toRecord), position: String(afterId), ...(more ? {} : { end }) }
      if (!more) return
    }
  },
})
