// Owns the Heymarket client: one value with an API per resource, over one transport.
import { type ContactFieldsApi, contactFieldsApi } from './contact-fields.ts'
import { type ContactsApi, contactsApi } from './contacts.ts'
import { type InboxesApi, inboxesApi } from './inboxes.ts'
import { type TagsApi, tagsApi } from './tags.ts'
import { type TeamApi, teamApi } from './team.ts'
import type { Transport } from './transport.ts'

export interface HeymarketClient {
  readonly contacts: ContactsApi
  readonly contactFields: ContactFieldsApi
  readonly tags: TagsApi
  readonly inboxes: InboxesApi
  readonly team: TeamApi
}

export function createClient(transport: Transport): HeymarketClient {
  return {
    contacts: contactsApi(transport),
    contactFields: contactFieldsApi(transport),
    tags: tagsApi(transport),
    inboxes: inboxesApi(transport),
    team: teamApi(transport),
  }
}
