// Owns the account's names: custom fields, tags and team members, by name and by id.
// What the mapping names and the account lacks stops the cycle before any write (fails closed).
import { z } from 'zod'
import type { Db } from '../../db/open.ts'
import type { HeymarketClient } from '../../heymarket/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { contentHash } from '../../lib/hash.ts'

export interface NamedId {
  readonly id: number
  readonly name: string
}

/** The account's names, as the pure diff uses them. */
export interface Lookups {
  readonly fieldId: (name: string) => number | undefined
  readonly fieldName: (id: string) => string
  readonly tagId: (name: string) => number | undefined
  readonly tagName: (id: number) => string
  /** By e-mail or by name, in any case. */
  readonly memberId: (nameOrEmail: string) => number | undefined
  readonly memberName: (id: number) => string
  readonly fieldNames: readonly string[]
  readonly tagNames: readonly string[]
  readonly account: { readonly id: number; readonly name: string }
  /** Most contacts on one list; null where the account does not say. */
  readonly listSize: number | null
  /** Of every custom field (`custom.<name>`) and tag (`tag.<name>`). */
  readonly ids: Readonly<Record<string, number>>
  /** Changes when any name or id does. */
  readonly fingerprint: string
}

const KEEP_MS = 60 * 60_000

const named = z.array(z.object({ id: z.int(), name: z.string() }))
const stored = z.object({
  fields: named,
  tags: named,
  team: z.object({
    id: z.int(),
    name: z.string(),
    listSize: z.int().nullish(),
    members: z.array(z.object({ id: z.int(), name: z.string(), email: z.string() })),
  }),
})
type Stored = z.infer<typeof stored>

export interface LookupNeeds {
  /** Tells accounts apart: names of one are never used for another. */
  readonly account: string
  readonly fields: boolean
  readonly tags: boolean
}

export interface LookupCache {
  /** The names, read again when they are older than an hour or `fresh` is asked for. */
  get(request?: { fresh?: boolean }): Promise<Lookups>
  /** The next `get` asks Heymarket. */
  forget(): void
}

/** Kept in the database, so that two commands within the hour ask once (I7). */
export function lookupCache(db: Db, client: HeymarketClient, needs: LookupNeeds, clock: Clock): LookupCache {
  const find = db.prepare<[string], { body: string; fetched_at: number }>(
    'SELECT body, fetched_at FROM lookup WHERE kind = ?',
  )
  const put = db.prepare<[string, string, number]>(
    `INSERT INTO lookup (kind, body, fetched_at) VALUES (?, ?, ?)
     ON CONFLICT (kind) DO UPDATE SET body = excluded.body, fetched_at = excluded.fetched_at`,
  )
  const kind = `names:${needs.account}:${needs.fields ? 'fields' : ''}:${needs.tags ? 'tags' : ''}`
  const fetchAll = async (): Promise<Stored> => {
    const team = await client.team.get()
    const fields = needs.fields ? await client.contactFields.list() : []
    const tags = needs.tags ? await client.tags.list() : []
    return stored.parse({ team, fields, tags })
  }
  const drop = db.prepare<[string]>('DELETE FROM lookup WHERE kind = ?')
  return {
    forget: () => void drop.run(kind),
    get: async ({ fresh = false } = {}) => {
      const kept = find.get(kind)
      const age = kept ? clock.now() - kept.fetched_at : Number.POSITIVE_INFINITY
      if (kept && !fresh && age >= 0 && age < KEEP_MS) return index(stored.parse(JSON.parse(kept.body)))
      const fetched = await fetchAll()
      put.run(kind, JSON.stringify(fetched), clock.now())
      return index(fetched)
    },
  }
}

/** Builds both directions. Of two entries with one name the smaller id counts, always. */
export function index(names: Stored): Lookups {
  const byName = (list: readonly NamedId[]) =>
    new Map([...list].sort((a, b) => b.id - a.id).map((entry) => [entry.name, entry.id] as const))
  const fields = byName(names.fields)
  const namesOfFields = new Map(names.fields.map((field) => [String(field.id), field.name]))
  const tags = byName(names.tags)
  const namesOfTags = new Map(names.tags.map((tag) => [tag.id, tag.name]))
  const members = new Map<string, number>()
  for (const member of [...names.team.members].sort((a, b) => b.id - a.id)) {
    if (member.name) members.set(member.name.toLowerCase(), member.id)
    if (member.email) members.set(member.email.toLowerCase(), member.id)
  }
  const namesOfMembers = new Map(names.team.members.map((member) => [member.id, member.email || member.name]))
  return {
    fieldId: (name) => fields.get(name),
    fieldName: (id) => namesOfFields.get(id) ?? `#${id}`,
    tagId: (name) => tags.get(name),
    tagName: (id) => namesOfTags.get(id) ?? `#${id}`,
    memberId: (nameOrEmail) => members.get(nameOrEmail.toLowerCase()),
    memberName: (id) => namesOfMembers.get(id) ?? `#${id}`,
    fieldNames: names.fields.map((field) => field.name),
    tagNames: names.tags.map((tag) => tag.name),
    account: { id: names.team.id, name: names.team.name },
    listSize: names.team.listSize ?? null,
    ids: Object.fromEntries([
      ...[...fields].map(([name, id]) => [`custom.${name}`, id]),
      ...[...tags].map(([name, id]) => [`tag.${name}`, id]),
    ]),
    fingerprint: contentHash(JSON.stringify(inOrder(names))).toString('hex'),
  }
}

/** The order of an answer says nothing: without this, an account that shuffles it would look new each hour. */
function inOrder({ fields, tags, team }: Stored): Stored {
  const byId = (a: { id: number }, b: { id: number }) => a.id - b.id
  return {
    fields: [...fields].sort(byId),
    tags: [...tags].sort(byId),
    team: { ...team, members: [...team.members].sort(byId) },
  }
}
