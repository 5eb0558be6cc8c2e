// Every page by the rules of WCAG 2.2 AA as far as axe can tell, in light and dark, wide and on a phone.
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import { closeBrowser, inBrowser, open, visit } from './browser.ts'
import { phoneOf } from './fixtures/people.ts'
import { HELD_CYCLE, type StateName } from './fixtures/states.ts'

afterAll(closeBrowser)

const PAGES: Readonly<Record<StateName, readonly string[]>> = {
  healthy: ['', 'people', `people/${phoneOf(3)}`, 'lists/Premium%20customers', 'messages'],
  firstLoad: [''],
  trouble: ['', 'cycles', `cycles/${HELD_CYCLE}`, 'left-out', 'left-out/rejections', 'lists', 'settings'],
  empty: ['', 'people?q=Zebedee', 'messages'],
}

/** A page takes seconds to look through where others work beside it. */
const PATIENT = { timeout: 240_000 }

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Found {
  readonly violations: readonly { id: string; nodes: readonly { html: string; failureSummary?: string }[] }[]
}

/** In the dark only colours differ. */
async function violations(page: Page, dark: boolean): Promise<string[]> {
  // The policy of the page lets no script in; the protocol of the browser is another way than the page's own.
  await page.evaluate(`${axe.source}; undefined`)
  const rules = JSON.stringify(dark ? ['color-contrast'] : RULES)
  const found = (await page.evaluate(`axe.run({ runOnly: ${rules} })`)) as Found
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  )
}

for (const dark of [false, true]) {
  const how = dark ? 'dark' : 'light'
  for (const [state, hashes] of Object.entries(PAGES) as [StateName, string[]][]) {
    inBrowser(`every page of a service (${state}) can be read by everybody, ${how}`, PATIENT, async () => {
      const { page } = await visit(state, { dark })
      for (const hash of hashes) {
        await open(page, hash)
        expect([hash, await violations(page, dark)]).toEqual([hash, []])
      }
    })
  }

  inBrowser(`the overview on a phone can be read by everybody, ${how}`, PATIENT, async () => {
    const { page } = await visit('trouble', { dark, narrow: true })
    await page.getByText('4 things wait for you.').waitFor()
    expect(await violations(page, dark)).toEqual([])
  })

  inBrowser(`the login can be read by everybody, ${how}`, PATIENT, async () => {
    const { page } = await visit('healthy', { dark, token: 'x' })
    await page.getByRole('heading', { name: 'Sign in to heysync' }).waitFor()
    expect(await violations(page, dark)).toEqual([])
  })

  inBrowser(`the dialogs can be read by everybody, ${how}`, PATIENT, async () => {
    const { page } = await visit('trouble', { dark })
    await page.getByRole('button', { name: 'Approve…' }).click()
    await page.getByLabel('Type 480 to confirm').waitFor()
    expect(await violations(page, dark)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Full resync…', exact: true }).click()
    await page.getByText('about 702').waitFor()
    expect(await violations(page, dark)).toEqual([])
  })
}
