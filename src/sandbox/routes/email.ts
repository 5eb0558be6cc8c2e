// Owns /v1/email/send.
import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import { conversationOf, deliver } from '../messages.ts'
import { readBody } from '../read-body.ts'
import type { MessageData } from '../rows.ts'
import type { Item } from '../shelf.ts'
import { stampText } from '../stamp.ts'
import { INBOXES, TEAM } from '../start-data.ts'
import { type Answer, answerJson, type Call, type Route, type World } from '../world.ts'

const body = z.object({
  creator_id: z.int('is required'),
  inbox: z.int().optional(),
  text: z.string('is required').min(1, 'is required'),
  raw_text: z.string().optional(),
  local_id: z.string().optional(),
  conv_title: z.string().optional(),
  targets: z.array(z.string()).optional(),
  convo_id: z.int().optional(),
})

const ADDRESS = /^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/

function addresses(targets: readonly string[]): string[] {
  return targets.flatMap((target) => {
    const list = /^(?:to|cc):(.+)$/
      .exec(target)?.[1]
      ?.split(',')
      .map((one) => one.trim())
    if (list === undefined || !list.every((one) => ADDRESS.test(one)))
      throw badRequest('targets', 'each is to: or cc: and an e-mail address')
    return list
  })
}

function send(world: World, call: Call): Answer {
  const { store, settings } = world
  const given = readBody(body, call.body)
  if ((given.targets === undefined) === (given.convo_id === undefined))
    throw badRequest('targets', 'exactly one of targets and convo_id is required')
  if (!TEAM.members.some((member) => member.id === given.creator_id))
    throw badRequest('creator_id', `no member has the id ${given.creator_id}`)
  const inboxId = given.inbox ?? INBOXES[0].id
  if (!INBOXES.some((inbox) => inbox.id === inboxId))
    throw badRequest('inbox', `no inbox has the id ${inboxId}`)
  const conversation =
    given.convo_id === undefined
      ? conversationOf(world, inboxId, addresses(given.targets ?? []), 'email')
      : store.conversation.get(given.convo_id)
  if (conversation === null) throw badRequest('convo_id', `no conversation has the id ${given.convo_id}`)
  const twin = given.local_id === undefined ? null : store.message.byLocalId(given.local_id)
  if (twin !== null && settings.dialects.messageLocalId === 'same') return answerEmail(world, twin)
  if (twin !== null && settings.dialects.messageLocalId === 'reject')
    throw badRequest('local_id', `"${given.local_id}" was used before`)
  const item = deliver(world, conversation, {
    inboxId,
    userId: given.creator_id,
    text: given.raw_text ?? given.text,
    media: [],
    private: false,
    author: '',
    channel: 'email',
    localId: given.local_id ?? null,
    broadcastId: null,
  })
  return answerEmail(world, item)
}

/** The documented answer to an e-mail, whatever a message is answered with. */
function answerEmail(world: World, item: Item<MessageData>): Answer {
  const date = stampText(item.created_us, world.settings.dialects.resolution)
  const { conversation_id: convo_id } = item.data
  return answerJson(world, { id: item.id, convo_id, queued: false, date, compliance_results: {} })
}

export const emailRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/email/send', write: true, handle: send },
]
