// Owns custom fields: reading them, and creating by title, where a title that exists is answered with its field.
import { fieldsBody, readBody } from '../read-body.ts'
import { type Answer, answerJson, type Call, createdStatus, type Route, type World } from '../world.ts'

function list(world: World): Answer {
  const { fieldsShape, emptyList } = world.settings.dialects
  const rows = [...world.store.catalog.fields.values()]
  const fields = rows.map(({ id, title }) => (fieldsShape === 'title' ? { id, title } : { id, name: title }))
  if (fieldsShape === 'array') return answerJson(world, fields)
  return answerJson(world, { fields: fields.length === 0 && emptyList === 'null' ? null : fields })
}

function create(world: World, call: Call): Answer {
  const { catalog } = world.store
  const answers = readBody(fieldsBody, call.body).map(({ title }) => {
    const existing = [...catalog.fields.values()].find((field) => field.title === title)
    return { ...(existing ?? catalog.addField(title)), duplicate: existing !== undefined }
  })
  return answerJson(world, answers, answers.some((one) => !one.duplicate) ? createdStatus(world) : 200)
}

export const fieldRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/contact-fields', write: false, handle: list },
  { method: 'POST', path: '/v1/contacts/fields', write: true, handle: create },
]
