// Owns the checks of what an operator meets first: options with a sentence each, and a look at the source.
import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Check } from './check.ts'
import { people } from './people.ts'

export const settingUp: readonly Check[] = [
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
    name: 'shows its fields with samples, and those that a mapping needs are among them',
    run: async ({ subject, world, reader, put }) => {
      await put(people(1, subject.pageSize + 1))
      const { fields } = await reader.discover()
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
