// Owns the dialects of messages, conversations, templates, schedules and e-mail.
import { words } from '../switches.ts'

export const MESSAGE_DIALECTS = {
  messageLocalId: words(
    ['same', 'reject', 'ignored'],
    '6.15',
    'Sending with a `local_id` that was used: the first answer again and nothing is sent, a 400, or it is sent again.',
  ),
  localIdShown: words(['yes', 'no'], '2.9', 'Whether messages show their `local_id`.'),
  broadcastIdShown: words(['yes', 'no'], '2.9', 'Whether messages show their `broadcast_id`.'),
  sentShape: words(
    ['documented', 'observed'],
    '2.9',
    'Answer to a message: `{id, date, gallery_url}`, or `{id, convo_id, date, queued, compliance_results}`.',
  ),
  messagesDate: words(
    ['before', 'from'],
    '6.14',
    '`created_at` of /v1/messages/all shows what is older, or what is as old or newer.',
  ),
  createdAtRequired: words(['no', 'yes'], '6.14', 'Whether `created_at` may be left out.'),
  inbound: words(
    ['noUser', 'zeroUser', 'status'],
    '2.9',
    'How a message from a person is told from one to them: no `user`, `user` 0, or the status "received".',
  ),
  messagePhone: words(
    ['person', 'inbox'],
    '2.9',
    '`phone` of a message is the number of the person, or of the inbox; `target` is always the person.',
  ),
  privateTarget: words(
    ['any', 'conversation'],
    '6.16',
    'A private comment may name a phone, or only a conversation that exists.',
  ),
  optedOutSend: words(
    ['reject', 'fail', 'send'],
    '2.6',
    'A message to somebody who opted out is a 400, is taken and fails, or goes out.',
  ),
  optedOutBroadcast: words(
    ['skip', 'send'],
    '2.7',
    'A broadcast leaves out members who opted out, or reaches them.',
  ),
  scheduleLocalId: words(
    ['ignored', 'same', 'reject'],
    '2.12',
    'Scheduling with a `local_id` that was used makes another one, answers the first one, or is a 400.',
  ),
  scheduleText: words(
    ['content', 'meta', 'absent'],
    '2.11',
    'Where a scheduled message shows its text: in `content`, in `meta`, or not at all.',
  ),
  emailInHistory: words(['yes', 'no'], '2.9', 'Whether e-mails are among all messages.'),
} as const
