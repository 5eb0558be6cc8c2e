// Owns templates and surveys.
import { z } from 'zod'
import { limitOf, ROWS_WITHOUT_LIMIT, rangeOf } from '../date-cursor.ts'
import { printWritten } from '../print.ts'
import { readBody, readId } from '../read-body.ts'
import type { Item } from '../shelf.ts'
import { stampText } from '../stamp.ts'
import { type SurveyData, TEAM, type TemplateData } from '../start-data.ts'
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

const body = z.object({
  title: z.string('is required').min(1, 'is required'),
  content: z.object({ text: z.string().optional(), gallery: z.unknown().optional() }),
  local_id: z.string().optional(),
  archived: z.boolean().optional(),
})

function dataOf(call: Call): { data: TemplateData; localId: string | null } {
  const { title, content, local_id, archived } = readBody(body, call.body)
  const data = {
    title,
    text: content.text ?? '',
    gallery: content.gallery ?? null,
    archived: archived ?? false,
  }
  return { data, localId: local_id ?? null }
}

function print(world: World, { id, uuid, local_id, rev, data, ...times }: Item<TemplateData>) {
  const { resolution } = world.settings.dialects
  return {
    id,
    uuid,
    title: data.title,
    content: { text: data.text, gallery: data.gallery },
    local_id: local_id ?? '',
    archived: data.archived,
    team_id: TEAM.id,
    created: stampText(times.created_us, resolution),
    updated: stampText(times.updated_us, resolution),
    rev,
  }
}

function create(world: World, call: Call): Answer {
  const { store, settings } = world
  const { data, localId } = dataOf(call)
  const item = store.template.add(data, { us: store.tick(), showAt: store.showAt(), localId })
  return answerJson(world, printWritten(item, settings.dialects), createdStatus(world))
}

function find(world: World, call: Call): Item<TemplateData> {
  const item = world.store.template.get(readId(call.params.id))
  if (item === null) throw unknownError(world, 'template')
  return item
}

function readOne(world: World, call: Call): Answer {
  const item = world.store.template.get(readId(call.params.id))
  return item === null ? answerUnknown(world, 'template') : answerJson(world, print(world, item))
}

function update(world: World, call: Call): Answer {
  const { store, settings } = world
  const after = store.template.change(find(world, call), dataOf(call).data, store.tick())
  return answerJson(world, printWritten(after, settings.dialects))
}

function remove(world: World, call: Call): Answer {
  world.store.template.remove(find(world, call).id)
  return answerWord(world, 'ok')
}

function page(world: World, call: Call): Answer {
  const { store, settings, clock } = world
  const { date } = readBody(z.object({ date: z.string().optional() }), call.body)
  const range = rangeOf(date, 'before', settings.dialects)
  const rows = store.template.page(
    { by: 'updated', ...range, ascending: false, limit: ROWS_WITHOUT_LIMIT, offset: 0 },
    clock.now(),
  )
  return answerJson(
    world,
    rows.map((item) => print(world, item)),
  )
}

function printSurvey(world: World, { id, data, created_us, updated_us }: Item<SurveyData>) {
  const { resolution } = world.settings.dialects
  return {
    id,
    ...data,
    created: stampText(created_us, resolution),
    updated: stampText(updated_us, resolution),
  }
}

function survey(world: World, call: Call): Answer {
  const item = world.store.survey.get(readId(call.params.id))
  return item === null ? answerUnknown(world, 'survey') : answerJson(world, printSurvey(world, item))
}

function surveys(world: World, call: Call): Answer {
  const { dialects } = world.settings
  const given = readBody(
    z.object({ limit: z.int().min(0).optional(), page: z.int().min(1).optional() }),
    call.body,
  )
  const limit = limitOf(given.limit, dialects)
  const rows = world.store.survey.all().slice(((given.page ?? 1) - 1) * limit, (given.page ?? 1) * limit)
  return answerJson(
    world,
    rows.map((item) => printSurvey(world, item)),
  )
}

export const templateRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/template', write: true, handle: create },
  { method: 'GET', path: '/v1/template/:id', write: false, handle: readOne },
  { method: 'PUT', path: '/v1/template/:id', write: true, handle: update },
  { method: 'DELETE', path: '/v1/template/:id', write: true, handle: remove },
  { method: 'POST', path: '/v1/templates', write: false, handle: page },
  { method: 'GET', path: '/v1/survey/:id', write: false, handle: survey },
  { method: 'POST', path: '/v1/surveys', write: false, handle: surveys },
]
