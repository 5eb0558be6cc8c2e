// Owns a first load to be killed in: its people and lists, the used account that it meets, and what must be there in the end.
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dialects } from '../../src/sandbox/dialects.ts'
import type { Faults } from '../../src/sandbox/faults.ts'
import type { Sandbox } from '../../src/sandbox/server.ts'

/** Nobody in the source knows them. They are the ones changed longest ago, so that people at work delete them first. */
const BYSTANDERS = 12
const PLAN = 901
const NOTES = 903
const VIP = 11
const NEWSLETTER = 13

type Contact = ReturnType<Sandbox['store']['contacts']>[number]

/** Readings of the documentation under which a first load goes other ways. */
export const MIXES: Readonly<Record<string, Partial<Dialects>>> = {
  /** Everything in bulk, in requests small enough for many kills between them. */
  bulk: { batchSize: 125, searchSize: 250, maxLimit: 1_000 },
  /** Bulk in part: custom fields and tags are lost in it, one bad contact refuses all, and a list holds few. */
  part: {
    batchSize: 125,
    batchFields: 'basic',
    batchRefusal: 'whole',
    batchAnswer: 'contacts',
    listSize: 7_000,
    omittedOptOut: 'clear',
  },
  /** One by one. */
  single: {
    batchCalls: 'gone',
    bulkCalls: 'gone',
    searchCalls: 'gone',
    duplicatePhone: 'reject',
    optedOutInList: 'removed',
    maxLimit: 1_000,
  },
  /** Whatever is sent twice is there twice. */
  duplicates: {
    batchCalls: 'gone',
    bulkSize: 125,
    bulkExisting: 'duplicate',
    duplicatePhone: 'duplicate',
    listLocalId: 'duplicate',
    maxLimit: 1_000,
  },
}

/** Everything that can go wrong, at rates at which work goes on. */
export const ALL_FAULTS: Partial<Faults> = {
  lostAnswer: 0.02,
  lostRequest: 0.02,
  error500Before: 0.02,
  error500After: 0.02,
  rateLimited: 0.01,
  truncated: 0.02,
  unauthorized: 0.01,
  forbidden: 0.0005,
  badGateway: 0.01,
  slowMs: 25,
  editedMeanwhile: 0.02,
  deletedMeanwhile: 0.01,
  webhookDropped: 0.1,
  webhookRepeated: 0.1,
  webhookReordered: 0.1,
}

const phoneOf = (n: number) => String(14_152_000_000 + n)
const lastOf = (n: number) => `Last${n}`
const firstOf = (n: number) => `First${n}`
const emailOf = (n: number) => (n % 3 === 0 ? `p${n}@example.com` : '')
const planOf = (n: number) => ['Gold', 'Basic', '', 'Gold'][n % 4] ?? ''
const isVip = (n: number) => n % 7 === 0
const isStopped = (n: number) => n % 10 === 3
/** Who is in the account before, who of them is opted out there, and what people typed there. */
const wasThere = (n: number) => n % 13 === 0
const wasOut = (n: number) => wasThere(n) && n % 4 === 0
const notesOf = (n: number) => `typed by hand ${n}`
const tagsBefore = (n: number) => (n % 26 === 0 ? [NEWSLETTER] : [])

/** By phone, who must be opted out in the end, and so may never be put on a list. */
export function whoIsOut(people: number): ReadonlySet<string> {
  return new Set(count(people).flatMap((n) => (isStopped(n) || wasOut(n) ? [phoneOf(n)] : [])))
}

/** Fills the account. Returns the ids of the contacts that were there. */
export function useAccount({ store }: Sandbox, people: number): ReadonlySet<number> {
  const bystanders = count(BYSTANDERS).map((n) => ({
    phone: String(14_159_000_000 + n),
    first: `Bystander${n}`,
    is_opted_out: n % 2 === 0,
  }))
  const known = count(people)
    .filter(wasThere)
    .map((n) => ({
      phone: phoneOf(n),
      first: n % 2 === 0 ? 'Old' : firstOf(n),
      last: n % 2 === 0 ? '' : lastOf(n),
      custom: { [NOTES]: notesOf(n) },
      tags: tagsBefore(n),
      is_opted_out: wasOut(n),
    }))
  return new Set(store.fill([...bystanders, ...known]))
}

export function writeSource(folder: string, people: number): void {
  const rows = count(people).map((n) =>
    [
      n,
      phoneOf(n),
      firstOf(n),
      lastOf(n),
      emailOf(n),
      planOf(n),
      isVip(n) ? 'yes' : '',
      isStopped(n) ? 'yes' : 'no',
    ].join(','),
  )
  const csv = join(folder, 'people.csv')
  writeFileSync(csv, `id,phone,first,last,email,plan,vip,stop\n${rows.join('\n')}\n`)
  // Left alone for long enough to count as finished.
  utimesSync(csv, 1_700_000_000, 1_700_000_000)
}

/** The guard is set wide: this load updates and opts out more than it would let pass unseen. */
export function writeConfig(folder: string, url: string, requestsPerMinute: number): void {
  writeFileSync(
    join(folder, 'heysync.yaml'),
    `heymarket:
  baseUrl: ${url}
  auth: { secretId: sandbox, secretKey: sandbox-secret }
  requestsPerMinute: ${requestsPerMinute}
database: ./heysync.db
defaultCountry: US
sources:
  - id: people
    connector: csv
    options: { path: ./people.csv, idColumn: id, snapshot: true }
    map:
      phone: phone
      first: first
      last: last
      email: email
      optedOut: stop
      tags: '=record.vip == "yes" ? ["VIP"] : []'
      custom: { Plan: plan }
lists:
  - { title: Gold, where: 'contact.custom["Plan"] == "Gold"' }
  - { title: Everybody, where: 'true' }
guard:
  updates: { ratio: 1, min: 100 }
  optOuts: { ratio: 1, min: 100 }
`,
  )
}

/** What the account holds where it differs from what it must hold: one line each, at most `most` of them. */
export function differences(
  sandbox: Sandbox,
  people: number,
  usedIds: ReadonlySet<number>,
  most = 20,
): string[] {
  const found: string[] = []
  const byPhone = new Map<string, Contact[]>()
  for (const contact of sandbox.store.contacts())
    byPhone.set(contact.phone ?? '', [...(byPhone.get(contact.phone ?? '') ?? []), contact])
  for (const n of count(people)) {
    const [contact, ...others] = byPhone.get(phoneOf(n)) ?? []
    if (others.length > 0) found.push(`${phoneOf(n)} is there ${others.length + 1} times`)
    const want = JSON.stringify(expected(n, contact !== undefined && usedIds.has(contact.id)))
    const have = contact === undefined ? 'nobody' : JSON.stringify(seen(contact))
    if (have !== want) found.push(`${phoneOf(n)}: ${have} instead of ${want}`)
    byPhone.delete(phoneOf(n))
  }
  for (const [phone, [contact]] of byPhone)
    if (!contact?.first.startsWith('Bystander') || (contact.rev > 1 && contact.last !== ''))
      found.push(`${phone} is there, and nobody wanted them or changed them`)
  const members = new Map<string, string[]>()
  for (const list of sandbox.store.lists()) {
    const title = list.title.replace(/ \(\d+\)$/, '')
    members.set(title, [...(members.get(title) ?? []), ...list.members])
  }
  for (const [title, ns] of Object.entries(membersOf(people))) {
    const have = (members.get(title) ?? []).sort()
    const want = ns.map(phoneOf).sort()
    const [on, off] = [new Set(have), new Set(want)]
    if (have.length !== on.size) found.push(`${title}: somebody is on it twice`)
    for (const phone of want) if (!on.has(phone)) found.push(`${title}: ${phone} is missing`)
    for (const phone of have) if (!off.has(phone)) found.push(`${title}: ${phone} is on it`)
    members.delete(title)
  }
  for (const title of members.keys()) found.push(`a list "${title}"`)
  const shards = sandbox.store.lists().map(({ local_id }) => local_id)
  if (new Set(shards).size !== shards.length) found.push('a list was made twice')
  return found.slice(0, most)
}

/** How many contacts and members the account holds in the end, when nobody is deleted. */
export function amountOf(people: number): number {
  return BYSTANDERS + people + membersOf(people).Gold.length + membersOf(people).Everybody.length
}

function membersOf(people: number) {
  const out = whoIsOut(people)
  const mayBe = count(people).filter((n) => !out.has(phoneOf(n)))
  return { Gold: mayBe.filter((n) => planOf(n) === 'Gold'), Everybody: mayBe }
}

function seen(contact: Contact) {
  const { phone, first, last, display_name, email, custom, is_opted_out, avatar } = contact
  const tags = contact.tags.map(({ id }) => id).sort()
  return { phone, first, last, display_name, email, custom, tags, is_opted_out, avatar }
}

/** `before`: it is the contact that was there; one that was deleted and made anew has only what the source says. */
function expected(n: number, before: boolean): ReturnType<typeof seen> {
  return {
    phone: phoneOf(n),
    first: firstOf(n),
    last: lastOf(n),
    display_name: `${firstOf(n)} ${lastOf(n)}`,
    email: emailOf(n),
    custom: {
      ...(planOf(n) === '' ? {} : { [PLAN]: planOf(n) }),
      ...(before ? { [NOTES]: notesOf(n) } : {}),
    },
    tags: [...(isVip(n) ? [VIP] : []), ...(before ? tagsBefore(n) : [])].sort(),
    is_opted_out: isStopped(n) || wasOut(n),
    avatar: '',
  }
}

function count(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index)
}
