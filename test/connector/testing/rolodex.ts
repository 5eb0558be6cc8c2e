// A connector for a vendor that nobody has, as somebody outside would write it: what the kit is tried on.
import { bearerAuth, ConnectorError, defineConnector, type SourceRecord } from 'heysync/connector'
import { z } from 'zod'

const options = z.strictObject({
  url: z.url().describe('Where the Rolodex is.'),
  key: z.string().describe('The key from Settings, API.'),
  pageSize: z.int().min(1).max(500).default(100).describe('People on a page.'),
})

const personSchema = z.looseObject({
  id: z.number(),
  updated_at: z.string(),
  deleted: z.boolean().default(false),
  merged_into: z.number().nullable().default(null),
})
const pageSchema = z.object({ people: z.array(personSchema), more: z.boolean(), total: z.int() })

function toRecord({
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

export const rolodex = defineConnector({
  kind: 'rolodex',
  summary: 'People of a Rolodex.',
  options,
  capabilities: { incremental: 'watermark', deletes: true, merges: true, consent: false, resumable: true },
  fixedFields: false,
  discover: async ({ url, key }, context) => {
    const http = context.http({ baseUrl: url, auth: bearerAuth(key) })
    const { people, total } = pageSchema.parse(await http.json({ url: 'people', query: { limit: 3 } }))
    const names = [...new Set(people.flatMap(Object.keys))]
    const samplesOf = (name: string) => people.map((one) => String(one[name] ?? '')).filter(Boolean)
    return { fields: names.map((name) => ({ name, samples: samplesOf(name) })), count: total }
  },
  pull: async function* ({ url, key, pageSize }, { mode, window, resumeAfter }, context) {
    const http = context.http({ baseUrl: url, auth: bearerAuth(key) })
    let afterId = Number(resumeAfter ?? 0)
    for (;;) {
      const query = { from: window.from ?? undefined, to: window.to, after_id: afterId, limit: pageSize }
      const answer = pageSchema.safeParse(await http.json({ url: 'people', query }))
      if (!answer.success)
        throw new ConnectorError('failed', { message: 'The Rolodex answered something else than people.' })
      const { people, more, total } = answer.data
      afterId = people.at(-1)?.id ?? afterId
      const end =
        mode === 'full'
          ? ({ covers: 'everything', count: total } as const)
          : ({ covers: 'changes', count: null } as const)
      yield { records: people.map(toRecord), position: String(afterId), ...(more ? {} : { end }) }
      if (!more) return
    }
  },
})
