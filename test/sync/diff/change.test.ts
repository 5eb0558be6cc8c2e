import { describe, expect, test } from 'vitest'
import { blanks, changeHash, isTagChange, optsOut } from '../../../src/sync/diff/change.ts'
import { aCreate, anUpdate, aRemoval, BLANKED, FIRST, nthPhone, OPT_OUT } from '../../support/contact.ts'

describe('the hash of a change', () => {
  test('is the same in every cycle, in whatever order the fields come and whatever they replace', () => {
    const hash = changeHash(anUpdate({ fields: [FIRST, BLANKED] }))
    expect(changeHash(anUpdate({ fields: [BLANKED, FIRST] }))).toEqual(hash)
    expect(changeHash(anUpdate({ fields: [{ ...FIRST, before: 'Other' }, BLANKED] }))).toEqual(hash)
    expect(
      changeHash(anUpdate({ fields: [FIRST, BLANKED], sourceId: 'crm', recordId: 'r9', contactId: 9 })),
    ).toEqual(hash)
    expect(changeHash(aRemoval({ leftCycle: 'c9' }))).toEqual(changeHash(aRemoval()))
  })

  test('differs with everything that is wanted', () => {
    const hashes = [
      anUpdate(),
      aCreate(),
      aRemoval(),
      aRemoval({ rung: 'delete' }),
      anUpdate({ phone: nthPhone(2) }),
      anUpdate({ fields: [{ ...FIRST, after: 'Annie' }] }),
      anUpdate({ fields: [{ ...FIRST, field: 'last' }] }),
      anUpdate({ fields: [FIRST, OPT_OUT] }),
      anUpdate({ fields: [] }),
    ].map((change) => changeHash(change).toString('hex'))
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})

test('a change blanks when a field that had a value has none after it', () => {
  expect(blanks(anUpdate({ fields: [FIRST, BLANKED] }))).toBe(true)
  expect(blanks(anUpdate({ fields: [FIRST, OPT_OUT] }))).toBe(false)
  expect(blanks(anUpdate({ fields: [{ field: 'email', before: '', after: '' }] }))).toBe(false)
})

test('a change opts out when consent is among its fields', () => {
  expect(optsOut(anUpdate({ fields: [FIRST, OPT_OUT] }))).toBe(true)
  expect(optsOut(anUpdate())).toBe(false)
})

test('a change of tags says what comes and goes', () => {
  expect(isTagChange({ field: 'tags', before: '', after: 'VIP', add: ['VIP'], remove: [] })).toBe(true)
  expect(isTagChange(FIRST)).toBe(false)
})
