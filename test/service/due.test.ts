// What has its turn next in the daemon, while a full read is left in the middle.
import { describe, expect, test } from 'vitest'
import { dueQueue } from '../../src/service/due.ts'

const BY_SCHEDULE = { trigger: 'schedule', id: null, allowEmpty: [], continues: [] } as const
const full = (...sources: string[]) => ({ ...BY_SCHEDULE, mode: 'full' as const, sources })
const incremental = (...sources: string[]) => ({ ...BY_SCHEDULE, mode: 'incremental' as const, sources })

describe('a full read that gave way', () => {
  test('lets what is due of other sources pass, and then goes on', () => {
    const due = dueQueue(() => {})
    due.leaveReading(full('crm'))
    due.add('incremental', ['shop'])
    expect(due.take()).toEqual(incremental('shop'))
    expect(due.take()).toEqual(full('crm'))
    expect(due.take()).toBeNull()
  })

  test('is not disturbed by news of the same source: they would cost it its place', () => {
    const due = dueQueue(() => {})
    due.leaveReading(full('crm'))
    due.add('incremental', ['crm', 'shop'])
    expect(due.take()).toEqual(incremental('shop'))
    expect(due.take()).toEqual(full('crm'))
    expect(due.take()).toBeNull()
  })

  test('goes on together with another full read that comes due', () => {
    const due = dueQueue(() => {})
    due.leaveReading(full('crm'))
    due.add('full', ['shop'])
    expect(due.take()).toEqual(full('shop', 'crm'))
    expect(due.take()).toBeNull()
  })

  test('goes on when only the account is left to be read', () => {
    const due = dueQueue(() => {})
    due.leaveReading(full())
    expect(due.take()).toEqual(full())
  })
})

describe('what somebody asked for', () => {
  const ask = { mode: 'incremental' as const, sources: ['crm'], allowEmpty: [], trigger: 'sync' }

  test('goes before what is due, one by one and in the order in which it was asked for', () => {
    const due = dueQueue(() => {})
    due.add('full', ['shop'])
    due.ask({ ...ask, id: 'A' })
    due.ask({ ...ask, id: 'B', trigger: 'resync', mode: 'full' })
    expect(due.asked()).toEqual(['A', 'B'])
    expect(due.take()).toMatchObject({ ...incremental('crm'), id: 'A', trigger: 'sync' })
    expect(due.take()).toMatchObject({ ...full('crm'), id: 'B', trigger: 'resync' })
    expect(due.take()).toEqual(full('shop'))
  })

  test('is done also while what is due has to wait', () => {
    const due = dueQueue(() => {})
    due.add('incremental', ['shop'])
    due.ask({ ...ask, id: 'A' })
    expect(due.take(true)).toMatchObject({ id: 'A' })
    expect(due.take(true)).toBeNull()
    expect(due.take()).toEqual(incremental('shop'))
  })

  test('and is left unfinished goes on under another id, which says what it goes on with', () => {
    const due = dueQueue(() => {})
    due.ask({ ...ask, id: 'A' })
    const turn = due.take()
    if (turn === null) throw new Error('nothing was due')
    due.leaveReading(turn, 'A')
    due.leaveRest('B')
    due.add('incremental', ['shop'])
    expect(due.take()).toEqual({ ...incremental('shop'), continues: ['B'] })
    expect(due.take()).toEqual({ ...incremental('crm'), trigger: 'sync', continues: ['A'] })
    expect(due.take()).toBeNull()
  })
})
