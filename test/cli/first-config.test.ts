// The first heysync.yaml: what a connector says that its fields are for goes before what their names suggest.
import { expect, test } from 'vitest'
import { firstConfig, guessMapping } from '../../src/cli/first-config.ts'

test('roles of the connector come first, and the names tell the rest', () => {
  const mapping = guessMapping([
    { name: 'id' },
    { name: 'mobile' },
    { name: 'hs_whatsapp', role: 'phone' },
    { name: 'first_name' },
    { name: 'email' },
    { name: 'kind' },
    { name: 'owner', role: 'assignee' },
    { name: 'labels', role: 'tags' },
    { name: 'land', role: 'country' },
    { name: 'quiet', role: 'optedOut' },
  ])
  expect(mapping).toEqual({
    id: 'id',
    updated: null,
    country: 'land',
    fields: {
      phone: ['hs_whatsapp'],
      first: ['first_name'],
      email: ['email'],
      optedOut: ['quiet'],
      assignee: ['owner'],
      tags: ['labels'],
    },
  })
  const given = { sourceId: 'crm', csvPath: './crm.csv', country: null, baseUrl: null, sandbox: false }
  const yaml = firstConfig({ ...given, mapping })
  for (const line of ['phone: hs_whatsapp', 'assignee: owner', 'tags: labels', 'country: land'])
    expect(yaml).toMatch(new RegExp(`^ +${line}$`, 'm'))
  expect(yaml).not.toContain('#tags:')
})

test('without roles the names alone tell', () => {
  const { fields } = guessMapping([{ name: 'Phone' }, { name: 'Mobile Phone' }, { name: 'Tags' }])
  expect(fields).toEqual({ phone: ['Mobile Phone', 'Phone'] })
})
