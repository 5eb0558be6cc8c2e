// Every example in docs/mapping.md gives what the page says, and its table of codes is the one in the code.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compileExpression } from '../../../src/sync/normalize/cel.ts'
import { REJECTION_TABLE } from '../../../src/sync/normalize/rejection.ts'

const page = readFileSync(new URL('../../../docs/mapping.md', import.meta.url), 'utf8')

interface Example {
  readonly expression: string
  readonly record: string
  readonly result: string
}

const examples: Example[] = [...page.matchAll(/^```cel\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) => {
  const lines = block.trim().split('\n')
  const shown = lines.filter((line) => line.startsWith('// '))
  const expression = lines.filter((line) => !line.startsWith('// ')).join('\n')
  if (shown.length === 0) throw new Error(`No example under ${expression}`)
  return shown.map((line) => {
    const [record = '', result = ''] = line.slice(3).split(' → ')
    return { expression, record, result }
  })
})

const asJson = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)))

describe('docs/mapping.md', () => {
  test.each(examples)('$expression of $record is $result', ({ expression, record, result }) => {
    expect(asJson(compileExpression(expression, ['docs']).evaluate(JSON.parse(record)))).toEqual(
      JSON.parse(result),
    )
  })

  test('has examples', () => {
    expect(examples.length).toBeGreaterThan(20)
  })

  test('lists every rejection code with its meaning', () => {
    const section = /<!-- generated:rejections -->\n([\s\S]*?)<!-- \/generated -->/.exec(page)?.[1]
    const rows = Object.entries(REJECTION_TABLE).map(([code, meaning]) => `| \`${code}\` | ${meaning} |\n`)
    expect(section).toBe(`\n| Code | Meaning |\n| --- | --- |\n${rows.join('')}\n`)
  })
})
