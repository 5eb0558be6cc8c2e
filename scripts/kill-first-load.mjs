// Proves that a first load can be killed at any instant: 20,000 people with lists, opt-outs, tags and a custom field, on a
// used account, while every fault of the sandbox strikes, and 200 times `kill -9`. Then the account must be exact, nobody
// made twice, nobody opted in, nobody who is out put on a list, and no minute over the limit.
//
//   npm run build && node scripts/kill-first-load.mjs [--mix bulk] [--seed 1] [--people 20000] [--kills 200]
//
// Mixes are readings of the documentation: bulk, part, single, duplicates (test/e2e/first-load.ts). Ten to twenty minutes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    mix: { type: 'string', default: 'bulk' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    people: { type: 'string', default: '20000' },
    kills: { type: 'string', default: '200' },
    // It has to let the work through in some minutes, and to be met now and then.
    'requests-per-minute': { type: 'string', default: '9000' },
  },
})
const { mix } = values
const [seed, people, kills, requestsPerMinute] = [
  values.seed,
  values.people,
  values.kills,
  values['requests-per-minute'],
].map(Number)
const again = `node scripts/kill-first-load.mjs --mix ${mix} --seed ${seed} --people ${people} --kills ${kills} --requests-per-minute ${requestsPerMinute}`

process.stdout.write(`${again}\n`)
const child = spawn(
  'npx',
  ['vitest', 'run', 'test/e2e/crash.test.ts', '--maxWorkers=1', '--disable-console-intercept'],
  {
    cwd: fileURLToPath(new URL('../', import.meta.url)),
    stdio: 'inherit',
    env: {
      ...process.env,
      HEYSYNC_CRASH: JSON.stringify({ mix, seed, people, kills, requestsPerMinute }),
    },
  },
)
const [code] = await once(child, 'close')
process.stdout.write(code === 0 ? `Exact: ${again}\n` : `Not exact. Again, with the same kills: ${again}\n`)
process.exitCode = code === 0 ? 0 : 1
