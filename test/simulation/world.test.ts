import { test } from 'vitest'
import { live, openStage } from './world/run.ts'

test('histories', async () => {
  const stage = openStage()
  const from = Number(process.env.HEYSYNC_SIM_SEED ?? 1)
  const count = Number(process.env.HEYSYNC_SIM_COUNT ?? 20)
  const t = process.hrtime.bigint()
  const cpu = process.cpuUsage()
  const bad = new Map<string, number[]>()
  let requests = 0
  for (let seed = from; seed < from + count; seed++) {
    const lines: string[] = []
    try {
      await live(stage, {
        seed,
        calm: process.env.CALM === '1',
        immortal: process.env.IMMORTAL === '1',
        ...(process.env.DAYS ? { days: Number(process.env.DAYS) } : {}),
        tell: (line) => void lines.push(line),
      })
    } catch (error) {
      if (count === 1) console.log(lines.join('\n'), error)
      const key = String(error instanceof Error ? error.message : error)
        .replace(/\d+/g, 'N')
        .slice(0, 150)
      bad.set(key, [...(bad.get(key) ?? []), seed])
    }
    requests += stage.sandbox.store.requests().length
  }
  const s = Number(process.hrtime.bigint() - t) / 1e9
  const c = process.cpuUsage(cpu).user / 1e6
  console.log(
    `${count} histories in ${s.toFixed(1)} s (cpu ${c.toFixed(1)}): ${(count / c).toFixed(1)}/s cpu; ${requests / count} requests; ${[...bad.values()].flat().length} failed`,
  )
  for (const [key, seeds] of [...bad].sort((a, b) => b[1].length - a[1].length))
    console.log(seeds.length, key, seeds.slice(0, 5).join(' '))
}, 600_000)
