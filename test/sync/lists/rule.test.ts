// A condition over one person: what is not there is "", however it is asked for, by name or by a name that is worked out.
import { expect, test } from 'vitest'
import { rulePerson } from '../../../src/sync/lists/person.ts'
import { compileListRules } from '../../../src/sync/lists/rule.ts'
import { openMirror } from '../../../src/sync/mirror/mirror.ts'
import { aDatabase } from '../../support/folder.ts'

const fields = JSON.stringify({ first: 'Ann', tags: ['VIP', 'new'], custom: { Plan: 'Gold', Age: '33' } })
const given = { phone: '15105550001', source_id: 'clinic', fields }
const ann = () => rulePerson(openMirror(aDatabase()), new Set(['clinic']), given, true)

test.each([
  ['contact.first == "Ann"', true],
  ['contact.last == ""', true],
  ['contact.nickname == ""', true],
  ['contact["fi" + "rst"] == "Ann"', true],
  ['contact["la" + "st"] == ""', true],
  ['has(contact.first) && !has(contact.last)', true],
  ['"first" in contact && !("last" in contact)', true],
  ['contact.custom["Plan"] == "Gold"', true],
  ['contact.custom.Nope == ""', true],
  ['contact.custom["Pl" + "an"] == "Gold"', true],
  ['contact.custom["No" + "pe"] == ""', true],
  ['"Plan" in contact.custom', true],
  ['contact.custom.exists(name, name == "Age")', true],
  ['int(contact.custom.Age) > 30', true],
  ['int(contact.custom.Plan) > 30', null],
  ['contact.tags.contains("VIP") && size(contact.tags) == 2', true],
  ['contact.tags.exists(tag, tag == "old")', false],
  ['contact.tags[1] == "new" && contact.tags[5] == ""', true],
  ['contact.optedOut && contact.phone.startsWith("1510")', true],
  ['source.id == "clinic" && contact.first.lower() == "ann"', true],
  ['[1].exists(contact, contact == 1)', true],
])('%s', (where, expected) => {
  const [rule] = compileListRules([{ title: 'One', where, owned: false }])
  expect(rule?.matches(ann())).toBe(expected)
})
