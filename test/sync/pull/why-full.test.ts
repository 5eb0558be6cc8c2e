// Why everything of a source is read, and how many records a pull expects.
import { expect, test } from 'vitest'
import type { FullReason } from '../../../src/sync/pull/why-full.ts'
import { aSource } from '../../support/engine.ts'
import { all, changes, rec, world } from './world.ts'

test('a pull says why it is full, before its first page', async () => {
  const { pull, remap } = world()
  const told: FullReason[] = []
  const onFull = (reason: FullReason) => void told.push(reason)
  const broken = () => {
    throw new Error('the source is down')
  }
  await expect(pull(broken, { mode: 'incremental', onFull })).rejects.toThrow()
  expect(await pull(all(rec('1')), { mode: 'incremental', onFull })).toMatchObject({
    mode: 'full',
    reason: 'first',
  })
  expect(await pull(changes(rec('1')), { mode: 'incremental', onFull })).toMatchObject({
    mode: 'incremental',
    reason: null,
  })
  remap(aSource({ map: { first: 'last', last: 'first' } }))
  expect(await pull(all(rec('1')), { mode: 'incremental', onFull })).toMatchObject({
    reason: 'configChanged',
  })
  expect(await pull(all(rec('1')), { asked: 'schedule', onFull })).toMatchObject({ reason: 'schedule' })
  expect(told).toEqual(['first', 'first', 'configChanged', 'schedule'])
})

test('a source that is always read whole needs no reason', async () => {
  const { pull } = world({ can: { incremental: 'none' } })
  await pull(all(rec('1')), { mode: 'incremental' })
  expect(await pull(all(rec('1')), { mode: 'incremental' })).toMatchObject({ mode: 'full', reason: null })
})

test('a full pull expects as many records as are known, and one of changes does not know', async () => {
  const { pull } = world()
  const told: [number, number | null][] = []
  const onProgress = (read: number, total: number | null) => void told.push([read, total])
  await pull(all(rec('1'), rec('2')), { onProgress })
  await pull(all(rec('1'), rec('2'), rec('3')), { onProgress })
  await pull(changes(rec('1')), { mode: 'incremental', onProgress })
  expect(told).toEqual([
    [2, null],
    [3, 2],
    [1, null],
  ])
})
