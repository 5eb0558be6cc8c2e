// Every page by the rules of WCAG 2.2 AA as far as axe can tell, in light and dark, wide and on a phone.
import axe from 'axe-core'
import { afterAll, expect } from 'vitest'
import { closeBrowser, inBrowser, visit } from './browser.ts'
import { phoneOf } from './fixtures/people.ts'
import { HELD_CYCLE, type StateName } from './fixtures/states.ts'

afterAll(closeBrowser)

const PAGES: readonly (readonly [StateName, string])[] = [
  ['healthy', ''],
  ['firstLoad', ''],
  ['trouble', ''],
  ['empty', ''],
  ['trouble', 'cycles'],
  ['trouble', `cycles/${HELD_CYCLE}`],
  ['healthy', 'people'],
  ['healthy', 'people?q=Zebedee'],
  ['healthy', `people/${phoneOf(3)}`],
  ['trouble', 'left-out'],
  ['trouble', 'left-out/rejections'],
  ['trouble', 'lists'],
  ['healthy', 'lists/Premium%20customers'],
  ['healthy', 'messages'],
  ['trouble', 'settings'],
]

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

interface Found {
  readonly violations: readonly { id: string; nodes: readonly { html: string; failureSummary?: string }[] }[]
}

async function violations(page: { evaluate(script: string): Promise<unknown> }): Promise<string[]> {
  // The policy of the page lets no script in; the protocol of the browser is another way than the page's own.
  await page.evaluate(`${axe.source}; undefined`)
  const found = (await page.evaluate(`axe.run({ runOnly: ${JSON.stringify(RULES)} })`)) as Found
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
  )
}

for (const dark of [false, true]) {
  const light = dark ? 'dark' : 'light'
  for (const [state, hash] of PAGES) {
    inBrowser(`${hash || 'overview'} (${state}) in ${light} can be read by everybody`, async () => {
      const { page } = await visit(state, { hash, dark })
      await expect.poll(() => page.locator('.skeleton').count()).toBe(0)
      expect(await violations(page)).toEqual([])
    })
  }

  inBrowser(`the overview on a phone in ${light} can be read by everybody`, async () => {
    const { page } = await visit('trouble', { dark, narrow: true })
    await page.getByText('4 things wait for you.').waitFor()
    expect(await violations(page)).toEqual([])
  })

  inBrowser(`the login in ${light} can be read by everybody`, async () => {
    const { page } = await visit('healthy', { dark, token: 'x' })
    await page.getByRole('heading', { name: 'Sign in to heysync' }).waitFor()
    expect(await violations(page)).toEqual([])
  })

  inBrowser(`the dialogs in ${light} can be read by everybody`, async () => {
    const { page } = await visit('trouble', { dark })
    await page.getByRole('button', { name: 'Approve…' }).click()
    await page.getByLabel('Type 480 to confirm').waitFor()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Full resync…', exact: true }).click()
    await page.getByText('about 702').waitFor()
    expect(await violations(page)).toEqual([])
  })
}
