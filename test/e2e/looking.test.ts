// Looking (`plan`, `pull`, `connectors test`, `check`) takes nothing from the next sync that it had to read.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { clinicConfig, house, type Tree } from './support.ts'

/** Reads a list only when its version is another one, and is given another token at each pull. */
const CONNECTOR = `
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from '${pathToFileURL(createRequire(import.meta.url).resolve('zod'))}'
const read = (context) => JSON.parse(readFileSync(join(context.baseDir, 'desk.json'), 'utf8'))
export default {
  kind: 'desk',
  summary: 'A desk with one list.',
  options: z.object({}),
  capabilities: { incremental: 'watermark', deletes: false, merges: false, consent: false, lists: true, resumable: false },
  fixedFields: false,
  discover: async () => {
    const fields = ['phone', 'first', 'last'].map((name) => ({ name, samples: ['x'] }))
    return { fields, count: null, lists: ['Newsletter'] }
  },
  pull: async function* (_options, request, context) {
    const { people, list } = read(context)
    const full = request.mode === 'full'
    const token = Number(context.keep.get('token') ?? 0) + 1
    context.keep.set('token', String(token), { forGood: true })
    if (context.keep.get('list') !== String(list.version)) {
      yield { records: [], lists: [{ title: 'Newsletter', members: list.members, whole: true }], position: 'list' }
      context.keep.set('list', String(list.version))
    }
    const records = full ? people.map(({ id, ...fields }) => ({ id, fields, updatedAt: null })) : []
    yield { records, position: 'end', end: { covers: full ? 'everything' : 'changes', count: null } }
  },
}
`

const people = [1, 2, 3].map((n) => ({
  id: `p${n}`,
  phone: `+1 510 200 000${n}`,
  first: `Ann${n}`,
  last: 'Lee',
}))

test.each(['plan', 'pull desk', 'connectors test desk --all'])(
  '%s before the sync leaves no mark, and saves what the vendor gave',
  async (look) => {
    const home = await house()
    const kept = () => {
      const db = new Database(join(home.dir, 'data/heysync.db'), { readonly: true })
      const rows = db
        .prepare<[], { name: string; value: string }>('SELECT name, value FROM source_keep')
        .all()
      db.close()
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
    }
    const members = () => home.sandbox.store.lists()[0]?.members.length
    const desk = (version: number, on: readonly string[]) =>
      home.write('desk.json', JSON.stringify({ people, list: { version, members: on } }))
    home.write('desk.mjs', CONNECTOR)
    const source: Tree = { id: 'desk', connector: './desk.mjs', options: {} }
    const lists = [{ title: 'News', where: 'source.lists.contains("Newsletter")' }]
    home.config(clinicConfig(home.sandbox.url, source, { lists }))
    desk(1, ['p1', 'p2', 'p3'])
    await home.json(0, 'resync')
    expect(members()).toBe(3)
    expect(kept()).toEqual({ list: '1', token: '1' })

    desk(2, ['p1', 'p2'])
    expect(await home.run(...look.split(' '))).toMatchObject({ code: 0 })
    const after = kept()
    expect(after.list).toBe('1')
    expect(Number(after.token)).toBeGreaterThan(1)

    await home.json(0, 'sync')
    expect(members()).toBe(2)
    expect(kept().list).toBe('2')
  },
)
