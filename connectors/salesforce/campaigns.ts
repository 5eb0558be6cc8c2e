// Owns lists: the members of the campaigns that the options name, read again only when something changed in them.
import type { ConnectorContext, ListMembers, PullRequest } from 'heysync/connector'
import { z } from 'zod'
import { readAs } from './answers.ts'
import type { Client, Row } from './client.ts'
import type { Plan } from './fields.ts'
import { longId } from './ids.ts'
import { isCampaignId, type SalesforceOptions } from './options.ts'
import { ROWS_START, readRows } from './rows.ts'
import { isOneOf, quoted, select } from './soql.ts'

const KEEP_NAME = 'campaigns'

interface Campaign {
  readonly id: string
  readonly title: string
}

const kept = z.object({ from: z.string().nullable(), marks: z.record(z.string(), z.string()) })
const campaignRow = z.looseObject({ Id: z.string(), Name: z.string() })
const markRow = z.looseObject({ n: z.coerce.number(), newest: z.string().nullish() })

/** Names of the options that no campaign has, and the campaigns of the others. */
export async function findCampaigns(
  client: Client,
  names: readonly string[],
): Promise<{ campaigns: readonly Campaign[]; missing: readonly string[] }> {
  if (names.length === 0) return { campaigns: [], missing: [] }
  const ids = names.filter(isCampaignId).map(longId)
  const words = names.filter((name) => !isCampaignId(name))
  const asked = [
    ...(ids.length ? [isOneOf('Id', ids)] : []),
    ...(words.length ? [isOneOf('Name', words)] : []),
  ]
  const soql = select({
    columns: ['Id', 'Name'],
    sobject: 'Campaign',
    conditions: [`(${asked.join(' OR ')})`],
  })
  const { records } = await client.query(soql)
  const rows = records.map((row) => readAs(campaignRow, row, 'campaigns'))
  const isNamesake = (name: string) => rows.filter((row) => row.Name === name).length > 1
  const campaigns = rows.map(({ Id, Name }) => ({
    id: longId(Id),
    title: isNamesake(Name) ? `${Name} (${longId(Id)})` : Name,
  }))
  // SOQL compares text without regard to case.
  const isFound = (name: string) =>
    isCampaignId(name)
      ? campaigns.some(({ id }) => id === longId(name))
      : rows.some((row) => row.Name.toLowerCase() === name.toLowerCase())
  return { campaigns, missing: names.filter((name) => !isFound(name)) }
}

/** Parts of lists. Those in which nothing changed since the last completed pull are left out of an incremental one. */
export async function* readCampaigns(
  client: Client,
  options: SalesforceOptions,
  plan: Plan,
  { mode, window }: PullRequest,
  context: ConnectorContext,
): AsyncGenerator<readonly ListMembers[]> {
  const { campaigns, missing } = await findCampaigns(client, options.campaigns)
  for (const name of missing)
    context.log.warn(`there is no campaign ${name}, or the user may not see it. Its list stays as it was.`)
  const before = kept.safeParse(JSON.parse(context.keep.get(KEEP_NAME) ?? 'null')).data
  // The window moved on, so the pull in which the marks were made was completed.
  const known =
    mode === 'incremental' && before !== undefined && before.from !== window.from ? before.marks : {}
  const marks: Record<string, string> = {}
  for (const campaign of campaigns) {
    const mark = await markOf(client, campaign.id)
    marks[campaign.id] = mark
    if (known[campaign.id] !== mark) yield* membersOf(client, campaign, plan, context)
  }
  if (campaigns.length > 0) context.keep.set(KEEP_NAME, JSON.stringify({ from: window.from, marks }))
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
