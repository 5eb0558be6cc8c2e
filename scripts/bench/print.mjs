// A result as a table on a terminal.
import { FIGURES, judged, ratioShown, shown } from './figures.mjs'

export function printed(bench, result) {
  const rows = Object.entries(result.ways).flatMap(([way, figures]) =>
    Object.keys(FIGURES)
      .filter((name) => figures[name] !== undefined)
      .map((name) => {
        const ratio = way === Object.keys(result.ways)[0] ? '' : (result.ratios[way]?.[name] ?? '')
        return [
          way,
          FIGURES[name].title,
          shown(name, figures[name]),
          ratio && `heysync: ${ratioShown(ratio)}`,
        ]
      }),
  )
  const wide = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)) + 2)
  const lines = rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(wide[at] ?? 0)).join('')}`.trimEnd())
  const goals = judged(bench, result).map(
    ({ goal, reached }) => `  ${reached ? 'reached    ' : 'NOT reached'} ${goal}`,
  )
  const head = `${bench.name}, ${result.records.toLocaleString('en-US')} (load of the machine before all of it: ${result.load})`
  return `\n${[head, ...lines, ...goals].join('\n')}\n`
}
