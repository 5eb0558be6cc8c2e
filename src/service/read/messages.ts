// Owns the messages as the admin API shows them: broadcasts and what came back, scheduled ones, and replies that
// webhooks brought. Read from the database alone; `heysync broadcast status` asks Heymarket as well.
import type { z } from 'zod'
import type { Db } from '../../db/open.ts'
import { toIso } from '../../lib/clock.ts'
import { instantKey, keyToMs } from '../../lib/instant.ts'
import { type Intent, openIntents, type Step } from '../../messaging/intents.ts'
import { asksToStop } from '../../messaging/stop-words.ts'
import type { messages } from '../api/contract.ts'
import type { Memo } from './memo.ts'
import { namesReader } from './names.ts'

type Messages = z.infer<typeof messages>

const BROADCASTS = 20
const SCHEDULED = 50
const REPLIES = 100

export function messagesReader(db: Db, memo: Memo): () => Messages {
  const intents = openIntents(db)
  const nameOf = namesReader(db)
  const reached = db
    .prepare<[number], number>(
      'SELECT count(*) FROM intent_recipient WHERE intent_id = ? AND refused IS NULL',
    )
    .pluck()
  const repliesTo = db.prepare<[number, string], { phone: string; text: string }>(
    `SELECT r.phone, json_extract(m.body, '$.text') AS text FROM seen_message m
     JOIN intent_recipient r ON r.intent_id = ? AND r.phone = json_extract(m.body, '$.phone') AND r.refused IS NULL
     WHERE m.sent_at >= ? AND json_extract(m.body, '$.direction') = 'in'`,
  )
  const newest = db.prepare<[number], { phone: string; text: string; sent_at: string }>(
    `SELECT json_extract(body, '$.phone') AS phone, json_extract(body, '$.text') AS text, sent_at FROM seen_message
     WHERE json_extract(body, '$.direction') = 'in' ORDER BY sent_at DESC, id DESC LIMIT ?`,
  )
  const broadcast = (intent: Intent): Messages['broadcasts'][number] => {
    const since = toIso(intent.createdAt)
    const replies = repliesTo.all(intent.id, instantKey(since) ?? since)
    const send = intents.steps(intent).find(({ kind }) => kind === 'send')
    return {
      key: intent.key,
      state: intent.state,
      createdAt: since,
      text: wordsOf(send),
      reached: reached.get(intent.id) ?? 0,
      replies: replies.length,
      optOuts: new Set(replies.filter(({ text }) => asksToStop(text)).map(({ phone }) => phone)).size,
    }
  }
  const scheduled = (intent: Intent): Messages['scheduled'][number] => {
    const [step] = intents.steps(intent)
    const { execute_at: at } = step?.request ?? {}
    return {
      key: intent.key,
      state: intent.state,
      executeAt: typeof at === 'string' ? toIso(Date.parse(at)) : null,
      target: targetOf(step?.request ?? {}),
      text: wordsOf(step),
    }
  }
  return memo(() => ({
    broadcasts: intents.list('broadcast', BROADCASTS).map(broadcast),
    scheduled: intents.list('schedule', SCHEDULED).map(scheduled),
    replies: newest.all(REPLIES).map(({ phone, text, sent_at }) => ({
      phone,
      name: nameOf(phone),
      text,
      at: toIso(keyToMs(sent_at)),
      optOut: asksToStop(text),
    })),
  }))
}

/** Blank where the words are those of a template that only Heymarket knows. */
function wordsOf(step: Step | undefined): string {
  return step?.words ?? String(step?.request.text ?? '')
}

function targetOf({ phone_number, targets, conversation_id, list_id }: Step['request']): string {
  if (typeof phone_number === 'string') return phone_number
  if (Array.isArray(targets)) return targets.join(', ')
  if (list_id !== undefined) return `list ${String(list_id)}`
  return conversation_id === undefined ? '' : `conversation ${String(conversation_id)}`
}
