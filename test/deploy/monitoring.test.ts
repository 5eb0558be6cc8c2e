// The Grafana dashboard and the rules for Prometheus ask only for what /metrics gives, by labels that are there.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { aFront } from '../service/front/world.ts'

const root = fileURLToPath(new URL('../../config/monitoring', import.meta.url))
const read = (name: string) => readFileSync(join(root, name), 'utf8')

interface Board {
  readonly panels: readonly { title: string; targets: readonly { expr: string; legendFormat: string }[] }[]
}
interface Rules {
  readonly groups: readonly {
    rules: readonly { alert: string; expr: string; annotations: Record<string, string> }[]
  }[]
}

test('every metric and label is one of ours', async () => {
  const { front } = await aFront()
  const text = await (await fetch(`${front.url}/metrics`)).text()
  const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name))
  const board = JSON.parse(read('grafana-dashboard.json')) as Board
  const rules = (parse(read('prometheus-rules.yml')) as Rules).groups.flatMap((group) => group.rules)
  const asked = [
    ...board.panels.flatMap(({ title, targets }) =>
      targets.map(({ expr, legendFormat }) => [title, expr, legendFormat]),
    ),
    ...rules.map(({ alert, expr, annotations }) => [alert, expr, Object.values(annotations).join(' ')]),
  ]
  expect(asked.length).toBeGreaterThan(20)
  for (const [where = '', expr = '', words = ''] of asked) {
    const names = [...expr.matchAll(/\bheysync_\w+/g)].map(([name]) => name)
    expect(names.length, where).toBeGreaterThan(0)
    for (const name of names) expect([...known], where).toContain(name.replace(/_bucket$/, ''))
    for (const [, label = ''] of words.matchAll(/\{\{\s*(?:\$labels\.)?([a-z]\w*)\s*\}\}/g))
      expect(
        names.some((name) => hasLabel(text, name, label)),
        `${where}: ${label}`,
      ).toBe(true)
  }
})

/** A gauge that has nothing to say at the moment shows no labels; those are named in the source of the metrics. */
function hasLabel(text: string, metric: string, label: string): boolean {
  const lines = text.split('\n').filter((line) => line.startsWith(`${metric}{`))
  if (lines.length > 0) return lines.some((line) => line.includes(`${label}="`))
  const source = readFileSync(
    fileURLToPath(new URL('../../src/service/front/metrics.ts', import.meta.url)),
    'utf8',
  )
  return new RegExp(`'${metric.replace('heysync_', '')}'[^\\n]*(?:\\n[^)]*?)?'${label}'`).test(source)
}
