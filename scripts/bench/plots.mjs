// The plots of docs/performance.md as SVG. They have no background, and colours that are read on a light page as on a dark one.
import { init } from 'echarts'
import { ELSEWHERE } from './elsewhere.mjs'

const TEXT = '#7c7c7c'
const LINE = 'rgba(128, 128, 128, 0.3)'
const COLORS = ['#2a9490', '#d9772b', '#7f6fd0', '#b0527a', '#6b8e23']
const WIDTH = 760
const MEMORY_GOAL_MB = 200

/** By file name, those for which there are results. */
export function plots(results) {
  return new Map(
    [
      ['speed.svg', speed(results)],
      ['memory.svg', memory(results)],
      ['elsewhere.svg', elsewhere(results)],
    ].filter(([, svg]) => svg !== null),
  )
}

const SPEED = {
  pass: 'pass, CSV',
  'pass-postgres': 'pass, PostgreSQL',
  'first-load': 'first load',
  reconcile: 'reconcile',
}

/** Records a second of heysync, and of the plain loop beside it, with the most records that were measured. */
function speed(results) {
  const rows = Object.entries(SPEED).flatMap(([name, title]) => {
    const of = results.filter((one) => one.case === name).sort((a, b) => b.records - a.records)[0]
    return of === undefined ? [] : [{ title: `${title}\n${count(of.records)}`, ...of.ways }]
  })
  if (rows.length === 0) return null
  const value = (way) => rows.map((row) => row[way]?.recordsPerSecond?.median ?? null)
  return bars(
    'Records a second: heysync, and the plain libraries in a loop',
    rows.map(({ title }) => title),
    [
      { name: 'heysync', data: value('heysync') },
      { name: 'loop', data: value('loop') },
    ],
    'a second',
  )
}

/** The most memory of heysync by number of records. */
function memory(results) {
  const names = ['pass', 'first-load', 'reconcile', 'lists', 'daemon']
  const sizes = [...new Set(results.filter((one) => names.includes(one.case)).map(({ records }) => records))]
  if (sizes.length === 0) return null
  sizes.sort((a, b) => a - b)
  const at = (name, records) =>
    results.find((one) => one.case === name && one.records === records)?.ways.heysync?.peakMb?.median ?? null
  return rendered(340, {
    ...head('Peak memory by number of records, MB; dashed: the goal', names),
    xAxis: { type: 'category', data: sizes.map(count), ...axis(false) },
    yAxis: {
      type: 'value',
      min: 0,
      max: ({ max }) => Math.max(250, Math.ceil(max / 50) * 50),
      ...axis(true),
    },
    series: names.map((name, nth) => ({
      name,
      type: 'line',
      symbol: 'circle',
      symbolSize: 8,
      data: sizes.map((records) => at(name, records)),
      ...(nth === 0 ? { markLine: goal(MEMORY_GOAL_MB) } : {}),
    })),
  })
}

/** Ten thousand records elsewhere and here. The axis is logarithmic, so that all of them can be read. */
function elsewhere(results) {
  const records = 10_000
  const of = (name, way) => results.find((one) => one.case === name && one.records === records)?.ways[way]
  const load = of('requests', 'many in one request')?.seconds?.median
  const again = of('pass', 'heysync')?.seconds?.median
  if (load === undefined || again === undefined) return null
  const others = ELSEWHERE.filter((one) => one.records === records)
  return bars(
    'Seconds for 10,000 records, on a logarithmic axis: shorter is better',
    [...others.map(({ program }) => program), 'heysync'],
    [
      { name: 'first load, written', data: [...others.map((one) => one.load[1]), load] },
      { name: 'nothing changed', data: [...others.map((one) => one.again[1]), again] },
    ],
    'seconds',
    'log',
  )
}

const count = (n) => n.toLocaleString('en-US')
const brief = (n) => (n === null ? '' : n >= 100 ? count(Math.round(n)) : String(Number(n.toPrecision(2))))

function bars(title, categories, series, unit, type = 'value') {
  return rendered(340, {
    ...head(
      title,
      series.map(({ name }) => name),
    ),
    xAxis: { type: 'category', data: categories, ...axis(false) },
    yAxis: {
      type,
      name: unit,
      nameTextStyle: { color: TEXT },
      ...axis(true),
      ...(type === 'log' ? { min: 0.1, startValue: 0.1 } : {}),
    },
    series: series.map(({ name, data }) => ({
      name,
      type: 'bar',
      barMaxWidth: 60,
      data,
      label: { show: true, position: 'top', color: TEXT, formatter: ({ value }) => brief(value) },
    })),
  })
}

function head(title, legend) {
  return {
    animation: false,
    color: COLORS,
    textStyle: { fontFamily: 'system-ui, sans-serif' },
    title: { text: title, left: 8, textStyle: { color: TEXT, fontSize: 15, fontWeight: 600 } },
    legend: { data: legend, top: 38, left: 8, itemGap: 28, textStyle: { color: TEXT } },
    grid: { left: 70, right: 24, top: 96, bottom: 50 },
  }
}

function axis(withLines) {
  return {
    axisLine: { lineStyle: { color: LINE } },
    axisTick: { show: false },
    axisLabel: { color: TEXT, fontSize: 12 },
    splitLine: { show: withLines, lineStyle: { color: LINE } },
  }
}

function goal(value) {
  return {
    symbol: 'none',
    silent: true,
    label: { show: false },
    lineStyle: { color: TEXT, type: 'dashed' },
    data: [{ yAxis: value }],
  }
}

function rendered(height, option) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  try {
    chart.setOption(option)
    // Its classes are numbered by how many were drawn before, and style only what a pointer touches.
    const svg = chart
      .renderToSVGString()
      .replaceAll(/ class="[^"]*"/g, '')
      .replaceAll(/<style[\s\S]*?<\/style>/g, '')
    return `${svg.trim()}\n`
  } finally {
    // Its clock would keep the process alive.
    chart.dispose()
  }
}
