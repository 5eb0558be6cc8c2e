// Takes pictures of every page of the dashboard, wide and narrow, light and dark, into a folder of its own, and prints
// where they are. Needs the build and a Chromium. `node scripts/screenshots.mjs [folder] [part of a name …]`
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

// The fixtures are TypeScript, which only newer versions of Node read; the test runner's bundler reads it everywhere.
import { createServer } from 'vite'

const [folder = mkdtempSync(join(tmpdir(), 'heysync-dashboard-')), ...wanted] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })

const HELD = '01KAJ2000000000000000000H1'
const SHOTS = [
  ['overview-healthy', 'healthy', ''],
  ['overview-first-load', 'firstLoad', ''],
  ['overview-trouble', 'trouble', ''],
  ['overview-empty', 'empty', ''],
  ['cycles', 'trouble', 'cycles'],
  ['cycle-held', 'trouble', `cycles/${HELD}`],
  ['cycle', 'healthy', 'cycles/01KAJ2000000000000000000A9'],
  ['approve', 'trouble', `cycles/${HELD}`, 'text=Approve…'],
  ['resync', 'healthy', '', 'text=/^Full resync…/'],
  ['people', 'healthy', 'people?q=a'],
  ['people-none', 'healthy', 'people?q=Zebedee'],
  ['person', 'healthy', 'people/15105553303'],
  ['failures', 'trouble', 'left-out'],
  ['rejections', 'trouble', 'left-out/rejections'],
  ['rejections-empty', 'empty', 'left-out/rejections'],
  ['lists', 'trouble', 'lists'],
  ['list', 'healthy', 'lists/Premium%20customers'],
  ['messages', 'healthy', 'messages'],
  ['messages-empty', 'empty', 'messages'],
  ['settings', 'trouble', 'settings'],
  ['login', 'login', ''],
]
const SIZES = { wide: { width: 1280, height: 860 }, narrow: { width: 390, height: 780 } }

const vite = await createServer({
  configFile: false,
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, ws: false },
})
const { serveFixture } = await vite.ssrLoadModule('/test/service/dashboard/fixtures/server.ts')
const servers = new Map()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
try {
  for (const [name, state, hash, click] of SHOTS) {
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue
    if (!servers.has(state))
      servers.set(
        state,
        await (state === 'login' ? serveFixture('empty', { token: 'x' }) : serveFixture(state)),
      )
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of ['light', 'dark']) {
        const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' })
        await page.goto(`${servers.get(state).url}/#/${hash}`)
        await page.waitForSelector('h1')
        await page.waitForFunction(() => document.querySelector('.skeleton') === null)
        if (click) {
          await page.click(click)
          await page.waitForFunction(() => document.querySelector('dialog .skeleton') === null)
        }
        const path = join(folder, `${name}-${size}-${colorScheme}.png`)
        // A dialog covers what is seen; a picture of the whole page would tear them apart.
        await page.screenshot({ path, fullPage: click === undefined })
        await page.close()
      }
    }
  }
} finally {
  await browser.close()
  for (const server of servers.values()) await server.close()
  await vite.close()
}
process.stdout.write(`${folder}\n`)
