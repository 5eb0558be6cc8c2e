// A sheet of 200,000 rows on loopback, for the benchmark alone. Any assertion is taken, and nothing is limited.
import { generateKeyPairSync } from 'node:crypto'
import { RECORDS, serveWhenForked } from './reading.mjs'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

function row(number, isPlain) {
  if (number === 1) return ['id', 'phone', 'first', 'last', 'email', 'city']
  const phone = 15_102_000_000 + number
  return [
    `r${number}`,
    isPlain ? phone : String(phone),
    `First ${number}`,
    'Ångström',
    `person${number}@example.com`,
    'Boston',
  ]
}

function answer({ pathname, searchParams }) {
  if (pathname === '/token') return { access_token: 'bench-token', expires_in: 3_599 }
  if (pathname.startsWith('/drive/')) return { version: '1' }
  if (!pathname.endsWith(':batchGet'))
    return {
      sheets: [{ properties: { sheetId: 0, title: 'Sheet1', gridProperties: { rowCount: RECORDS + 1 } } }],
    }
  const isPlain = searchParams.get('valueRenderOption') === 'UNFORMATTED_VALUE'
  const valueRanges = searchParams.getAll('ranges').map((range) => {
    const [, column, from, to] = /!([A-Z]*)(\d+):[A-Z]*(\d+)$/.exec(range)
    const values = Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) =>
      row(Number(from) + at, isPlain),
    )
    return { values: column === '' ? values : [values.map(([id]) => id)] }
  })
  return { valueRanges }
}

serveWhenForked(answer, { privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) })
