// Owns the table of all documented endpoints, under the names of the client: resource, then function.
import { contactFieldEndpoints } from './contact-fields.ts'
import { statusEndpoints } from './contact-status.ts'
import { contactEndpoints } from './contacts.ts'
import { contactV2Endpoints } from './contacts-v2.ts'
import { conversationEndpoints } from './conversations.ts'
import { emailEndpoints } from './email.ts'
import type { Endpoint } from './endpoint.ts'
import { inboxEndpoints } from './inboxes.ts'
import { listEndpoints } from './lists.ts'
import { messageEndpoints } from './messages.ts'
import { scheduleEndpoints } from './schedule.ts'
import { surveyEndpoints } from './surveys.ts'
import { tagEndpoints } from './tags.ts'
import { teamEndpoints } from './team.ts'
import { templateEndpoints } from './templates.ts'
import { userEndpoints } from './users.ts'

/** Resource of the client → function → endpoint. */
export const ENDPOINTS: Readonly<Record<string, Readonly<Record<string, Endpoint>>>> = {
  contacts: contactEndpoints,
  contactsV2: contactV2Endpoints,
  status: statusEndpoints,
  contactFields: contactFieldEndpoints,
  tags: tagEndpoints,
  lists: listEndpoints,
  inboxes: inboxEndpoints,
  team: teamEndpoints,
  users: userEndpoints,
  messages: messageEndpoints,
  schedule: scheduleEndpoints,
  email: emailEndpoints,
  conversations: conversationEndpoints,
  templates: templateEndpoints,
  surveys: surveyEndpoints,
}
