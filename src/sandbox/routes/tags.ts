// Owns tags: create, read, list the newest, delete. There is no update.
import { randomUUID } from 'node:crypto'
import { ApiError, badRequest } from '../api-error.ts'
import { ROWS_WITHOUT_LIMIT } from '../date-cursor.ts'
import { printTag, printWritten } from '../print.ts'
import { readBody, readId, tagBody, tagsBody } from '../read-body.ts'
import { readStamp } from '../stamp.ts'
import {
  type Answer,
  answerJson,
  answerUnknown,
  answerWord,
  type Call,
  createdStatus,
  type Route,
  unknownError,
  type World,
} from '../world.ts'

function create(world: World, call: Call): Answer {
  const { store, settings } = world
  const { tag, color } = readBody(tagBody, call.body)
  const taken = [...store.catalog.tags.values()].some((one) => one.tag === tag)
  if (taken) throw badRequest('tag', `a tag with the label "${tag}" exists`)
  const us = store.tick()
  const row = store.catalog.addTag({
    uuid: randomUUID(),
    tag,
    color: color ?? '#718096',
    created_us: us,
    updated_us: us,
    rev: 1,
  })
  return answerJson(world, printWritten(row, settings.dialects), createdStatus(world))
}

function read(world: World, call: Call): Answer {
  const row = world.store.catalog.tags.get(readId(call.params.id))
  return row === undefined
    ? answerUnknown(world, 'tag')
    : answerJson(world, printTag(row, world.settings.dialects))
}

/** The newest 30 that were updated before `date`. */
function list(world: World, call: Call): Answer {
  const { dialects } = world.settings
  const { date } = readBody(tagsBody, call.body)
  const before =
    date === undefined || date === '' ? Number.MAX_SAFE_INTEGER : readStamp(date, dialects.resolution)
  if (before === null) throw badRequest('date', 'must be an RFC 3339 time, e.g. 2026-11-20T09:30:00Z')
  const rows = [...world.store.catalog.tags.values()]
    .filter((row) => row.updated_us < before)
    .sort((a, b) => b.updated_us - a.updated_us || b.id - a.id)
  return answerJson(
    world,
    rows.slice(0, ROWS_WITHOUT_LIMIT).map((row) => printTag(row, dialects)),
  )
}

function remove(world: World, call: Call): Answer {
  const id = readId(call.params.id)
  if (!world.store.catalog.tags.has(id)) throw unknownError(world, 'tag')
  world.store.catalog.removeTag(id)
  return answerWord(world, 'ok')
}

/** The newer documentation knows only the reads. */
function whereThere(handle: Route['handle']): Route['handle'] {
  return (world, call) => {
    if (world.settings.dialects.tagWrites === 'gone') throw new ApiError(404, 'not found')
    return handle(world, call)
  }
}

export const tagRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/tag', write: true, handle: whereThere(create) },
  { method: 'GET', path: '/v1/tag/:id', write: false, handle: read },
  { method: 'POST', path: '/v1/tags', write: false, handle: list },
  { method: 'DELETE', path: '/v1/tag/:id', write: true, handle: whereThere(remove) },
]
