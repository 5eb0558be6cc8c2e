// Owns the checks of what an operator meets first: options with a sentence each, and a look at the source.
import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Check } from './check.ts'
import { people } from './people.ts'
import { meansOf } from './world.ts'

export const settingUp: readonly Check[] = [
  {
    name: 'has a world that can prove what its capabilities claim',
    run: async ({ subject, world }) => {
      const { merges, consent, lists = false } = subject.connector.capabilities
      const has = meansOf(world)
      assert(!merges || has.has('merge'), 'capabilities.merges is true: the world needs merge()')
      assert(
        !consent || (has.has('optOut') && world.map.optedOut !== undefined),
        'capabilities.consent is true: the world needs optOut() and map.optedOut',
      )
      assert(!lists || has.has('list'), 'capabilities.lists is true: the world needs list()')
      assert(!has.has('archive') || world.restore, 'the world can archive(), and not restore()')
      assert(!has.has('strayed') || has.has('trouble'), 'the world has strayed(), and not trouble()')
    },
  },
  {
    name: 'explains each of its options',
    run: async ({ subject }) => {
      const { properties = {} } = z.toJSONSchema(subject.connector.options, {
        io: 'input',
        unrepresentable: 'any',
      })
      for (const [name, property] of Object.entries(properties)) {
        const { description = '' } = property as { description?: string }
        assert.match(description, /[.?]$/, `the option ${name} has no sentence`)
      }
    },
  },
  {
    name: 'refuses an option that it does not know',
    run: async ({ subject, world }) => {
      const options = { ...(world.options as object), noSuchOption: 1 }
      assert.equal(subject.connector.options.safeParse(options).success, false)
    },
  },
  {
    name: 'looks at a source of nobody, and of people with empty fields, without an error',
    run: async ({ reader, put }) => {
      await reader.discover()
      await put(people(1, 2).map((one) => ({ ...one, blank: true })))
      await reader.discover()
    },
  },
  {
    name: 'shows its fields with samples, and those that a mapping needs are among them',
    run: async ({ subject, world, reader, put }) => {
      const everybody = people(1, subject.pageSize + 1)
      await put(everybody)
      const { fields, count } = await reader.discover()
      assert(
        count === null || count === everybody.length,
        `discover() counts ${count} of ${everybody.length}`,
      )
      const names = fields.map(({ name }) => name)
      for (const path of Object.values(world.map)) {
        if (path.startsWith('=')) continue
        const [top = path] = path.split('.')
        assert(names.includes(path) || names.includes(top), `discover() does not show the field ${path}`)
      }
      assert(
        fields.some(({ samples }) => samples.length > 0),
        'discover() shows no samples',
      )
    },
  },
]
