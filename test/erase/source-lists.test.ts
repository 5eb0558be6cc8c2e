// A person who was erased stays forgotten though lists of the source go on naming their record, whose id may be their number.
import { expect, test } from 'vitest'
import { liftErase } from '../../src/erase/erase.ts'
import { bareE164 } from '../../src/lib/phone.ts'
import { nthPhone } from '../support/contact.ts'
import { anOffice, type Office } from './support.ts'

const ANA = nthPhone(1)
const BEN = nthPhone(2)

async function pulled(office: Office): Promise<void> {
  const person = (phone: string) => ({ id: phone, fields: { phone, first: 'P', last: '' }, updatedAt: null })
  const lists = [{ title: 'Newsletter', members: [ANA, BEN], whole: true as const }]
  office.source.pages = () => [
    { records: [], lists, position: 'lists' },
    { records: [person(ANA), person(BEN)], position: 'end', end: { covers: 'everything', count: 2 } },
  ]
  await office.cycle()
}

const members = ({ engine }: Office) =>
  [ANA, BEN].map((phone) => engine.mirror.sourceLists.ofRecord('clinic', phone))

test('lists of a source bring nobody back, until the erase is lifted', async () => {
  const office = await anOffice()
  await pulled(office)
  expect(members(office)).toEqual([['Newsletter'], ['Newsletter']])
  const { forgotten } = await office.erase(ANA, { inHeymarket: true })
  expect(forgotten.source_list_member).toBe(1)
  await pulled(office)
  await pulled(office)
  expect(members(office)).toEqual([[], ['Newsletter']])
  expect(office.bytesOf(ANA)).toEqual([])
  const bare = bareE164(ANA)
  if (bare === null) throw new Error('not a number')
  liftErase(office.db, office.engine.mirror, office.clock, bare)
  await pulled(office)
  expect(members(office)).toEqual([['Newsletter'], ['Newsletter']])
})

test('the record of an erased person that becomes somebody else has lists again', async () => {
  const office = await anOffice()
  await pulled(office)
  await office.erase(ANA)
  const lists = [{ title: 'Newsletter', members: [ANA], whole: true as const }]
  const other = { id: ANA, fields: { phone: nthPhone(3), first: 'New', last: '' }, updatedAt: null }
  office.source.pages = () => [
    { records: [other], lists, position: 'end', end: { covers: 'changes', count: null } },
  ]
  await office.cycle('incremental')
  expect(office.engine.mirror.sourceLists.ofPhone(nthPhone(3))).toEqual([
    { source: 'clinic', title: 'Newsletter' },
  ])
})
