// A full pull that has to wait for its quota is read in parts, and finds nobody who left: that is said, and stands until one
// is read in one go.
import { ConnectorError, type Page, type PullRequest } from 'heysync/connector'
import { expect, test } from 'vitest'
import { all, rec, world } from './world.ts'

const codes = ({ mirror }: ReturnType<typeof world>) => mirror.alarms.all().map(({ code }) => code)

/** Four records, two of them until the source takes no more requests. */
const rationed = function* ({ resumeAfter }: PullRequest): Iterable<Page> {
  const from = Number(resumeAfter)
  for (let n = from + 1; n <= from + 2; n += 1)
    yield {
      records: [rec(`${n}`)],
      position: `${n}`,
      ...(n === 4 ? { end: { covers: 'everything', count: null } as const } : {}),
    }
  if (from === 0) throw new ConnectorError('quota', { message: 'it takes no more before an hour.' })
}

async function inParts(made: ReturnType<typeof world>) {
  await expect(made.pull(rationed)).rejects.toMatchObject({ code: 'ERR_SOURCE_QUOTA' })
  return made.pull(rationed)
}

test('one warns, and each further one raises an alarm until one is read in one go', async () => {
  const made = world({ can: { resumable: true } })
  await made.pull(all(...['1', '2', '3', '4', '5'].map((id) => rec(id))))
  expect(await inParts(made)).toMatchObject({ gone: 0 })
  expect(made.warnings.join()).toContain('where it has to wait for its quota it is read in parts again')
  expect(codes(made)).toEqual([])
  for (let times = 0; times < 2; times += 1) {
    expect(await inParts(made)).toMatchObject({ gone: 0 })
    expect(codes(made)).toEqual(['NEVER_WHOLE'])
  }
  expect(made.record('5')?.state).toBe('accepted')
  expect(await made.pull(all(...['1', '2', '3', '4'].map((id) => rec(id))))).toMatchObject({ gone: 1 })
  expect(codes(made)).toEqual([])
})
