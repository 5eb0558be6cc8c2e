import { describe, expect, test } from 'vitest'
import { config, load, problems } from './folder.ts'

const withPlan = (top: string) =>
  config({ top }).replace('map: { phone: mobile }', 'map: { phone: mobile, custom: { Plan: plan } }')

describe('fields', () => {
  test('that say nothing leave everything to the source', () => {
    expect(load(config()).config.fields).toEqual({
      default: { write: 'always', onHeymarketEdit: 'source' },
      custom: {},
    })
  })

  test('say only what differs from the default', () => {
    const top =
      'fields: { default: { write: neverClear }, first: { onHeymarketEdit: heymarket }, custom: { Plan: { write: ifEmpty } } }\n'
    expect(load(withPlan(top)).config.fields).toEqual({
      default: { write: 'neverClear', onHeymarketEdit: 'source' },
      first: { onHeymarketEdit: 'heymarket' },
      custom: { Plan: { write: 'ifEmpty' } },
    })
  })

  test.each([
    [
      'a field that does not exist',
      'fields: { fisrt: { write: always } }\n',
      '8:11  fields.fisrt is not a key that heysync knows; did you mean first?',
    ],
    [
      'a custom field beside custom',
      'fields: { Plan: { write: always } }\n',
      '8:11  fields.Plan is not a key that heysync knows; known here: default, first, last, displayName, email, assignee, tags, custom',
    ],
    [
      'a custom field that no source maps',
      'fields: { custom: { Plam: { write: always } } }\n',
      '8:21  fields.custom.Plam is a custom field that no source maps; did you mean Plan?',
    ],
    [
      'a policy that does not exist',
      'fields: { email: { write: neverclear } }\n',
      '8:27  fields.email.write must be always, neverClear or ifEmpty, not "neverclear"; did you mean neverClear?',
    ],
    [
      'half of a name',
      'fields: { email: { onHeymarketEdit: human } }\n',
      '8:37  fields.email.onHeymarketEdit must be source or heymarket, not "human"',
    ],
    [
      'a priority that is no list',
      'tags: { priority: VIP }\n',
      '8:19  tags.priority must be a list, not the text "VIP"',
    ],
  ])('name %s', (_what, top, problem) => {
    expect(problems(withPlan(top))).toEqual([`heysync.yaml:${problem}`])
  })
})
