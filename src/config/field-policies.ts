// Owns the keys under `fields`: what a source may write into a mapped field, and what becomes of edits made in Heymarket.
import { z } from 'zod'

const write = z
  .enum(['always', 'neverClear', 'ifEmpty'])
  .describe(
    'always: what the source says, blanks too. neverClear: a blank in the source empties nothing. ifEmpty: only where Heymarket has nothing.',
  )
const onHeymarketEdit = z
  .enum(['source', 'heymarket'])
  .describe(
    "When somebody changes the field in Heymarket: source puts the source's value back, heymarket keeps theirs until the source's own value changes.",
  )

const fieldPolicy = (what: string) =>
  z
    .strictObject({ write: write.optional(), onHeymarketEdit: onHeymarketEdit.optional() })
    .describe(what)
    .meta({ examples: [{ onHeymarketEdit: 'heymarket' }] })

export const fields = z
  .strictObject({
    default: z
      .strictObject({ write: write.default('always'), onHeymarketEdit: onHeymarketEdit.default('source') })
      .prefault({})
      .describe('For every field that says nothing else.'),
    first: fieldPolicy('First name.').optional(),
    last: fieldPolicy('Last name.').optional(),
    displayName: fieldPolicy('Name shown in Heymarket.').optional(),
    email: fieldPolicy('E-mail address.').optional(),
    assignee: fieldPolicy('Assigned team member.').optional(),
    tags: fieldPolicy('Tags, each on its own; `ifEmpty` is for contacts without any.').optional(),
    custom: z
      .record(z.string().min(1), fieldPolicy('One custom field.'))
      .default({})
      .describe('Custom fields, by the names that `map.custom` gives them.')
      .meta({ examples: [{ Plan: { write: 'ifEmpty' } }] }),
  })
  .prefault({})
  .describe('What a source may write into a mapped field, and what becomes of edits made in Heymarket.')
