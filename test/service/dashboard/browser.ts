// Owns a browser for the tests of the dashboard: Debian's Chromium, and a page that keeps what the browser complained about.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { type Fixture, serveFixture } from './fixtures/server.ts'
import type { StateName } from './fixtures/states.ts'

const EXECUTABLE = onPath(['chromium', 'chromium-browser', 'google-chrome'])
if (EXECUTABLE === null)
  process.stderr.write(
    'SKIPPED: the dashboard in a browser. No Chromium is on the PATH. Install it, e.g.: apt-get install chromium\n',
  )

export const inBrowser = test.skipIf(EXECUTABLE === null)

let running: Promise<Browser> | null = null

/** One for all tests of a file; it goes with the process of the file. */
function browser(): Promise<Browser> {
  running ??= chromium.launch({
    executablePath: EXECUTABLE ?? '',
    // Root has no namespace of its own to lock a browser into; it opens only the pages of the tests.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  return running
}

export async function closeBrowser(): Promise<void> {
  await (await running)?.close()
}

export interface Visit {
  readonly page: Page
  readonly service: Fixture
  /** Errors of scripts, and what the policy of the page kept out. */
  readonly complaints: string[]
}

interface Given {
  readonly hash?: string
  readonly token?: string
  readonly narrow?: boolean
  readonly dark?: boolean
}

/** A service in this state and the dashboard open on it, both gone when the test ends. */
export async function visit(state: StateName, given: Given = {}): Promise<Visit> {
  const { hash = '', token, narrow = false, dark = false } = given
  const service = await serveFixture(state, token === undefined ? {} : { token })
  onTestFinished(() => service.close())
  const page = await (await browser()).newPage({
    viewport: narrow ? { width: 360, height: 740 } : { width: 1280, height: 860 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  })
  onTestFinished(() => page.close())
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(`${service.url}/#/${hash}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return { page, service, complaints }
}

/** Opens another place of the same service, and waits until its data is there. */
export async function open(page: Page, hash: string): Promise<void> {
  const { origin } = new URL(page.url())
  // Another query is another document: nothing of the page before can be taken for this one.
  opened += 1
  await page.goto(`${origin}/?${opened}#/${hash}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await expect.poll(() => page.locator('.skeleton').count()).toBe(0)
}

let opened = 0

function onPath(names: readonly string[]): string | null {
  const { PATH = '' } = process.env
  for (const folder of PATH.split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return join(folder, name)
      } catch {
        // Not there.
      }
    }
  }
  return null
}
