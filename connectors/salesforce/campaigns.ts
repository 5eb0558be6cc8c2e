// Owns lists: the members of the campaigns that the options name, read again only when something changed in them.
import type { ConnectorContext, ListMembers, PullRequest } from 'heysync/connector'
import { ConnectorError, HttpRefusal } from 'heysync/connector'
import { z } from 'zod'
import { readAs } from './answers.ts'
import type { Client, Row } from './client.ts'
import type { Plan } from './fields.ts'
import { longId } from './ids.ts'
import type { Marks } from './marks.ts'
import { isCampaignId, type SalesforceOptions } from './options.ts'
import { ROWS_START, readRows } from './rows.ts'
import { isOneOf, quoted, select } from './soql.ts'

const NAME = 'campaigns'

interface Campaign {
  readonly id: string
  readonly title: string
}

interface Found {
  readonly campaigns: readonly Campaign[]
  /** Names of the options that no campaign has. */
  readonly missing: readonly string[]
  /** Names that several have. */
  readonly shared: readonly string[]
}

/** By id: as what, and with which members, it was read last. */
const kept = z.record(z.string(), z.object({ title: z.string(), mark: z.string() }))
type Kept = z.infer<typeof kept>
const campaignRow = z.looseObject({ Id: z.string(), Name: z.string() })
const markRow = z.looseObject({ n: z.coerce.number(), newest: z.string().nullish() })

/** The campaigns that the options name. Of several with one name the one that bore it before keeps it, else the oldest. */
export async function findCampaigns(
  client: Client,
  names: readonly string[],
  before: Kept = {},
): Promise<Found> {
  if (names.length === 0) return { campaigns: [], missing: [], shared: [] }
  const ids = names.filter(isCampaignId).map(longId)
  const words = names.filter((name) => !isCampaignId(name))
  const asked = [
    ...(ids.length ? [isOneOf('Id', ids)] : []),
    ...(words.length ? [isOneOf('Name', words)] : []),
  ]
  const soql = `${select({
    columns: ['Id', 'Name'],
    sobject: 'Campaign',
    conditions: [`(${asked.join(' OR ')})`],
  })} ORDER BY CreatedDate`
  const { records } = await client.query(soql)
  const rows = records.map((row) => {
    const { Id, Name } = readAs(campaignRow, row, 'campaigns')
    return { id: longId(Id), name: Name }
  })
  const namesakes = (name: string) => rows.filter((row) => row.name === name)
  const holder = (name: string) =>
    namesakes(name).find(({ id }) => before[id]?.title === name) ?? namesakes(name)[0]
  const campaigns = rows.map(({ id, name }) => ({
    id,
    title: holder(name)?.id === id ? name : `${name} (${id})`,
  }))
  // SOQL compares text without regard to case.
  const isFound = (name: string) =>
    isCampaignId(name)
      ? campaigns.some(({ id }) => id === longId(name))
      : rows.some((row) => row.name.toLowerCase() === name.toLowerCase())
  const shared = [...new Set(rows.map(({ name }) => name))].filter((name) => namesakes(name).length > 1)
  return { campaigns, missing: names.filter((name) => !isFound(name)), shared }
}

/**
 * Parts of lists. Those in which nothing changed since the last completed pull are left out of an incremental one. A campaign that
 * Salesforce does not show is a warning: it keeps nobody's news back, and its list stays as it was.
 */
export async function* readCampaigns(
  client: Client,
  options: SalesforceOptions,
  plan: Plan,
  mode: PullRequest['mode'],
  marks: Marks,
  context: ConnectorContext,
): AsyncGenerator<readonly ListMembers[]> {
  const { warn } = context.log
  const before = kept.safeParse(JSON.parse(marks.get(NAME) ?? 'null')).data ?? {}
  const found = await orRefused(() => findCampaigns(client, options.campaigns, before))
  if (typeof found === 'string') {
    warn(`the campaigns cannot be read: ${found} ${sayUnseen(mode)}`)
    if (mode === 'full') marks.set(NAME, JSON.stringify(withoutMarks(before)))
    return
  }
  for (const name of found.missing)
    warn(`there is no campaign ${name}, or the user may not see it. ${sayUnseen(mode)}`)
  for (const name of found.shared) warn(sayShared(name, found.campaigns))
  const read: Kept = {}
  for (const campaign of found.campaigns) {
    const { id, title } = campaign
    try {
      const mark = await markOf(client, id)
      const known = mode === 'incremental' ? before[id] : undefined
      if (known?.mark !== mark || known.title !== title) yield* membersOf(client, campaign, plan, context)
      read[id] = { title, mark }
    } catch (error) {
      warn(`the members of campaign ${title} cannot be read: ${refusalOf(error)} Its list stays as it was.`)
      // It is there, and shown by no whole reading: so a full pull does not take it for gone.
      yield [{ title, members: [] }]
      if (before[id] !== undefined) read[id] = before[id]
    }
  }
  marks.set(NAME, JSON.stringify(read))
}

function sayShared(name: string, campaigns: readonly Campaign[]): string {
  const same = campaigns.filter(({ title, id }) => title === name || title === `${name} (${id})`)
  const holder = same.find(({ title }) => title === name)
  return `there are ${same.length} campaigns "${name}". The list of that name is ${holder?.id}; the others are told apart by their ids.`
}

/** To the engine a list is not known any more once a full pull did not show it. */
function sayUnseen(mode: PullRequest['mode']): string {
  return mode === 'full'
    ? 'Rules that name such a list stand still until a pull shows it again.'
    : 'Such a list stays as it was.'
}

/** Each is read again by the next pull, though nothing changed in it, and keeps its name. */
function withoutMarks(before: Kept): Kept {
  return Object.fromEntries(Object.entries(before).map(([id, { title }]) => [id, { title, mark: '' }]))
}

async function orRefused<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work()
  } catch (error) {
    return refusalOf(error)
  }
}

/** What Salesforce says no with. Errors: any other, which may be over the next time. */
function refusalOf(error: unknown): string {
  if (error instanceof HttpRefusal) return error.message
  if (error instanceof ConnectorError && error.kind === 'field') return error.message
  throw error
}

/** Changes with each member who comes, goes or is changed. */
async function markOf(client: Client, id: string): Promise<string> {
  const columns = ['COUNT(Id) n', 'MAX(SystemModstamp) newest']
  const { records } = await client.query(
    select({ columns, sobject: 'CampaignMember', conditions: [isIn(id)] }),
  )
  const { n, newest } = readAs(markRow, records[0] ?? { n: 0 }, 'a count of members')
  return `${n} ${newest ?? ''}`
}

const isIn = (id: string) => `CampaignId = ${quoted(id)}`

async function* membersOf(
  client: Client,
  { id, title }: Campaign,
  { objects }: Plan,
  context: ConnectorContext,
): AsyncGenerator<readonly ListMembers[]> {
  const reads = new Set<string>(objects.map(({ object }) => object.kind))
  const twins = reads.has('PersonAccount') ? ['Contact.AccountId', 'Contact.IsPersonAccount'] : []
  const selection = {
    columns: ['Id', 'ContactId', 'LeadId', ...twins],
    sobject: 'CampaignMember',
    conditions: [isIn(id)],
  }
  const request = { selection, window: null, all: false, where: null, bulkAbove: null }
  for await (const { rows } of readRows(client, request, ROWS_START, context)) {
    const members = rows.flatMap((row) => memberOf(row, reads) ?? [])
    yield [{ title, members }]
  }
  yield [{ title, members: [], whole: true }]
}

/** The id under which this source shows the member; a lead that was converted stands for its contact. */
function memberOf(row: Row, reads: ReadonlySet<string>): string | null {
  const contact = row.Contact as Row | null | undefined
  const id = (value: unknown) => (typeof value === 'string' && value !== '' ? longId(value) : null)
  const isTwin = contact?.IsPersonAccount === true
  if (isTwin && reads.has('PersonAccount')) return id(contact.AccountId)
  if (!isTwin && reads.has('Contact') && id(row.ContactId) !== null) return id(row.ContactId)
  return reads.has('Lead') ? id(row.LeadId) : null
}
