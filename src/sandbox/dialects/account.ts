// Owns the dialects of the account around the contacts: credentials, the scope of the limit, tags, members, deletions.
import { whole, words } from '../switches.ts'

export const ACCOUNT_DIALECTS = {
  basicAuth: words(
    ['refused', 'accepted'],
    '6.2',
    'HTTP Basic with the team key as user name: a 401, or as good as a Bearer header.',
  ),
  tokenAheadSeconds: whole(
    60,
    0,
    86_400,
    '40',
    'How far ahead of the clock `iat` of a token may be; further is a 401, as is one older than 300 seconds.',
  ),
  rateScope: words(
    ['team', 'key'],
    '6.3',
    'The limit counts the requests of all credentials together, or of each alone.',
  ),
  contactLocalId: words(
    ['ignored', 'key', 'reject'],
    '6.5',
    'A `local_id` of a contact has no effect, makes `POST /v1/contact` find the contact that was created with it, or is a 400.',
  ),
  tagWrites: words(['there', 'gone'], '6.11', 'Tags can be created and deleted, or only be read (404).'),
  inboxInvited: words(
    ['flag', 'names'],
    '6.13',
    '`invited` of an inbox is true or false, or a list of names.',
  ),
  deleteHistory: words(
    ['kept', 'erased'],
    '6.18',
    'Deleting a contact keeps its messages and conversations, or erases them.',
  ),
  assigneeIds: words(
    ['members', 'users'],
    '6.19',
    '`assignee_id` wants ids of members as the team shows them; or ids of users (400 more than that of the member), and one of a member has no effect.',
  ),
} as const
