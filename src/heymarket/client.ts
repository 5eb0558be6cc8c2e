// Owns the Heymarket client: one value with an API per resource, over one transport.
import { type ContactFieldsApi, contactFieldsApi } from './contact-fields.ts'
import { type ContactStatusApi, contactStatusApi } from './contact-status.ts'
import { type ContactsApi, contactsApi } from './contacts.ts'
import { type ContactsV2Api, contactsV2Api } from './contacts-v2.ts'
import { type ConversationsApi, conversationsApi } from './conversations.ts'
import { type EmailApi, emailApi } from './email.ts'
import { type InboxesApi, inboxesApi } from './inboxes.ts'
import { type ListsApi, listsApi } from './lists.ts'
import { type MessagesApi, messagesApi } from './messages.ts'
import { type ScheduleApi, scheduleApi } from './schedule.ts'
import { type SurveysApi, surveysApi } from './surveys.ts'
import { type TagsApi, tagsApi } from './tags.ts'
import { type TeamApi, teamApi } from './team.ts'
import { type TemplatesApi, templatesApi } from './templates.ts'
import type { Transport } from './transport.ts'
import { type UsersApi, usersApi } from './users.ts'

export interface HeymarketClient {
  readonly contacts: ContactsApi
  readonly contactsV2: ContactsV2Api
  readonly status: ContactStatusApi
  readonly contactFields: ContactFieldsApi
  readonly tags: TagsApi
  readonly lists: ListsApi
  readonly inboxes: InboxesApi
  readonly team: TeamApi
  readonly users: UsersApi
  readonly messages: MessagesApi
  readonly schedule: ScheduleApi
  readonly email: EmailApi
  readonly conversations: ConversationsApi
  readonly templates: TemplatesApi
  readonly surveys: SurveysApi
}

export function createClient(transport: Transport): HeymarketClient {
  return {
    contacts: contactsApi(transport),
    contactsV2: contactsV2Api(transport),
    status: contactStatusApi(transport),
    contactFields: contactFieldsApi(transport),
    tags: tagsApi(transport),
    lists: listsApi(transport),
    inboxes: inboxesApi(transport),
    team: teamApi(transport),
    users: usersApi(transport),
    messages: messagesApi(transport),
    schedule: scheduleApi(transport),
    email: emailApi(transport),
    conversations: conversationsApi(transport),
    templates: templatesApi(transport),
    surveys: surveysApi(transport),
  }
}
