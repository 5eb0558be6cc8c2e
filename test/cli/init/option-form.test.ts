// A connector's options as questions: what is still wanted, how typed text is read, and what may not stand in the config.
import { expect, test } from 'vitest'
import { salesforceOptions } from '../../../connectors/salesforce/options.ts'
import { sqlOptions } from '../../../connectors/sql/options.ts'
import { hideSecrets, optionForm, withOption } from '../../../src/cli/init/option-form.ts'

test('secrets move to .env under the name of the source, and references stay', () => {
  const { options, secrets } = hideSecrets(
    {
      database: 'postgres://ann:pw-77@db/crm',
      plain: 'postgres://db/crm',
      oauth: { clientId: 'app', clientSecret: 's3' },
      token: '${MINE}',
    },
    'front-desk',
  )
  expect(options).toEqual({
    database: '${FRONT_DESK_DATABASE}',
    plain: 'postgres://db/crm',
    oauth: { clientId: 'app', clientSecret: '${FRONT_DESK_OAUTH_CLIENT_SECRET}' },
    token: '${MINE}',
  })
  expect(Object.fromEntries(secrets)).toEqual({
    FRONT_DESK_DATABASE: 'postgres://ann:pw-77@db/crm',
    FRONT_DESK_OAUTH_CLIENT_SECRET: 's3',
  })
})

test('typed text becomes what the schema wants', () => {
  const form = optionForm('sql', sqlOptions)
  expect(form.read(['pageSize'], '50')).toBe(50)
  expect(form.read(['pageSize'], 'many')).toBe('many')
  expect(form.read(['changeTracking'], 'true')).toBe(true)
  expect(form.read(['columns'], 'a, b')).toEqual(['a', 'b'])
  expect(form.read(['idColumn'], '[a, b]')).toEqual(['a', 'b'])
  expect(form.read(['idColumn'], 'a, b')).toBe('a, b')
  expect(withOption({}, ['database', 'port'], form.read(['database', 'port'], '5432'))).toEqual({
    database: { port: 5432 },
  })
})

test('of several shapes one is chosen, and asks for what it requires', () => {
  const form = optionForm('salesforce', salesforceOptions)
  const [question] = form.missing({})
  expect(question?.path).toEqual(['auth'])
  const shapes = question?.form.kind === 'shape' ? question.form.shapes : []
  const signIn = shapes.find(({ words }) => words.includes('refreshToken'))
  expect(signIn?.wants.map(({ path, secret }) => [path.join('.'), secret])).toEqual([
    ['auth.clientId', false],
    ['auth.refreshToken', true],
  ])
})
