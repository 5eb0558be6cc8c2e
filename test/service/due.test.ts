// What has its turn next in the daemon, while a full read is left in the middle.
import { describe, expect, test } from 'vitest'
import { dueQueue } from '../../src/service/due.ts'

describe('a full read that gave way', () => {
  test('lets what is due of other sources pass, and then goes on', () => {
    const due = dueQueue(() => {})
    due.leaveReading({ mode: 'full', sources: ['crm'] })
    due.add('incremental', ['shop'])
    expect(due.take()).toEqual({ mode: 'incremental', sources: ['shop'] })
    expect(due.take()).toEqual({ mode: 'full', sources: ['crm'] })
    expect(due.take()).toBeNull()
  })

  test('is not disturbed by news of the same source: they would cost it its place', () => {
    const due = dueQueue(() => {})
    due.leaveReading({ mode: 'full', sources: ['crm'] })
    due.add('incremental', ['crm', 'shop'])
    expect(due.take()).toEqual({ mode: 'incremental', sources: ['shop'] })
    expect(due.take()).toEqual({ mode: 'full', sources: ['crm'] })
    expect(due.take()).toBeNull()
  })

  test('goes on together with another full read that comes due', () => {
    const due = dueQueue(() => {})
    due.leaveReading({ mode: 'full', sources: ['crm'] })
    due.add('full', ['shop'])
    expect(due.take()).toEqual({ mode: 'full', sources: ['shop', 'crm'] })
    expect(due.take()).toBeNull()
  })

  test('goes on when only the account is left to be read', () => {
    const due = dueQueue(() => {})
    due.leaveReading({ mode: 'full', sources: [] })
    expect(due.take()).toEqual({ mode: 'full', sources: [] })
  })
})
