// Owns /v1/batch/contacts: many contacts in one request, the existing ones skipped or overwritten.
import { z } from 'zod'
import { ApiError, badRequest } from '../api-error.ts'
import type { ContactRow } from '../contact-table.ts'
import { changeContact, createContact } from '../contact-write.ts'
import { printContact } from '../print.ts'
import { contactBody, keptOfMany, readBody, readOverwrite, readPhone } from '../read-body.ts'
import { type Answer, answerJson, answerWord, type Call, type Route, type World } from '../world.ts'

function batch(world: World, call: Call): Answer {
  const { settings, store } = world
  const { batchAnswer, batchCalls, batchSize } = settings.dialects
  if (batchCalls === 'gone') throw new ApiError(404, 'not found')
  const overwrite = readOverwrite(call.query.overwrite)
  if (!Array.isArray(call.body)) throw badRequest('body', 'must be a bare list of contacts')
  if (call.body.length > batchSize) throw new ApiError(413, `body: at most ${batchSize} contacts`)
  const rows = readBody(z.array(z.unknown()), call.body)
  const results = store.atOnce(() => rows.map((row) => write(world, row, overwrite)))
  const failed = results.flatMap((result) => (result.row === null ? [result.sent] : []))
  if (batchAnswer === 'contacts') {
    return answerJson(
      world,
      results.flatMap(({ row }) =>
        row === null ? [] : [printContact(row, settings.dialects, store.catalog.tags)],
      ),
    )
  }
  return failed.length === 0 ? answerWord(world, 'ok') : answerJson(world, failed)
}

/** One contact of the batch; a bad one fails alone. */
function write(world: World, sent: unknown, overwrite: boolean): { sent: unknown; row: ContactRow | null } {
  const { store, settings } = world
  try {
    const body = keptOfMany(readBody(contactBody, sent), settings.dialects.batchFields)
    const phone = readPhone(body.phone, settings.dialects)
    const existing = store.contacts.currentByPhone(phone)
    if (existing === null) return { sent, row: createContact(world, phone, body) }
    if (overwrite) {
      const replaces = settings.dialects.batchCustom === 'replace'
      return { sent, row: changeContact(world, existing, body, { mode: 'upsert', overwrite: replaces }) }
    }
    return { sent, row: settings.dialects.batchSkipped === 'failed' ? null : existing }
  } catch (error) {
    if (!(error instanceof ApiError) || settings.dialects.batchRefusal === 'whole') throw error
    return { sent, row: null }
  }
}

export const batchRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/batch/contacts', write: true, handle: batch },
]
