// Owns what stands before the first page of a pull: the account, the properties and the lists, all checked.
import type { ConnectorContext, PullRequest, SourceRecord } from 'heysync/connector'
import { type Account, readAccount } from './account.ts'
import { type Hubspot, openHubspot } from './client.ts'
import { type Contact, MERGE_PROPERTIES, toRecords } from './contact.ts'
import { type Contacts, openContacts } from './contacts.ts'
import { type HubspotList, listsNamed } from './lists.ts'
import type { HubspotOptions } from './options.ts'
import { allProperties, propertiesToRead } from './properties.ts'

export interface Ready {
  readonly options: HubspotOptions
  readonly request: PullRequest
  readonly context: ConnectorContext
  readonly hubspot: Hubspot
  readonly contacts: Contacts
  readonly account: Account
  readonly lists: readonly HubspotList[]
  recordsOf(contacts: readonly Contact[]): SourceRecord[]
}

/** Errors: a ConnectorError when a property or a list of the options is not there. */
export async function makeReady(
  options: HubspotOptions,
  request: PullRequest,
  context: ConnectorContext,
): Promise<Ready> {
  const hubspot = openHubspot(options, context)
  const properties = propertiesToRead(await allProperties(hubspot), options)
  const lists = await listsNamed(hubspot, options.lists)
  const account = await readAccount(hubspot, options)
  const asked = [...new Set([...properties, ...MERGE_PROPERTIES])]
  const contacts = openContacts(hubspot, { properties: asked, pageSize: options.pageSize })
  const shape = { properties, placeOf: account.placeOf }
  return {
    options,
    request,
    context,
    hubspot,
    contacts,
    account,
    lists,
    recordsOf: (some) => some.flatMap((contact) => toRecords(contact, shape)),
  }
}
