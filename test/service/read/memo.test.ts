// Answers that are kept: worked out once while nobody writes, and anew after a commit of another connection.
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../../src/db/open.ts'
import { openReadOnly } from '../../../src/db/read-only.ts'
import { memoOn } from '../../../src/service/read/memo.ts'
import { tempFolder } from '../../support/folder.ts'

function open() {
  const path = join(tempFolder(), 'heysync.db')
  const writer = openDatabase(path)
  const reader = openReadOnly(path)
  onTestFinished(() => {
    reader.close()
    writer.close()
  })
  const put = writer.prepare('INSERT INTO dirty_phone (phone) VALUES (?)')
  const count = reader.prepare<[], number>('SELECT count(*) FROM dirty_phone').pluck()
  const clock = { now: 0, took: 0 }
  let worked = 0
  const memo = memoOn(reader, () => clock.now)
  const phones = memo(() => {
    worked += 1
    clock.now += clock.took
    return count.get()
  })
  return {
    put: (phone: string) => void put.run(phone),
    phones,
    clock,
    worked: () => worked,
    forget: memo.forget,
  }
}

/** Another call comes in a turn of its own. */
const nextCall = () => Promise.resolve()

test('what is kept is worked out anew after a commit, and only then', async () => {
  const { put, phones, worked } = open()
  expect([phones(), phones()]).toEqual([0, 0])
  await nextCall()
  expect([phones(), worked()]).toEqual([0, 1])
  put('14155552671')
  await nextCall()
  expect([phones(), worked()]).toEqual([1, 2])
})

test('what took long is kept for a hundred times as long, whoever writes', async () => {
  const { put, phones, clock } = open()
  clock.took = 10
  expect(phones()).toBe(0)
  put('14155552671')
  clock.now += 989
  await nextCall()
  expect(phones()).toBe(0)
  clock.now += 1
  await nextCall()
  expect(phones()).toBe(1)
})

test('what is forgotten is worked out anew, however long it took', async () => {
  const { put, phones, clock, forget, worked } = open()
  clock.took = 10
  expect(phones()).toBe(0)
  put('14155552671')
  await nextCall()
  forget()
  expect([phones(), phones(), worked()]).toEqual([1, 1, 2])
})
