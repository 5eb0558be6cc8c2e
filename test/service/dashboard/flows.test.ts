// What a person does with the dashboard, in a real browser.
import { readFileSync } from 'node:fs'
import { afterAll, expect, expectTypeOf, test } from 'vitest'
import type { Why } from '../../../src/service/dashboard/api/why.ts'
import type { WhyAnswer } from '../../../src/sync/why.ts'
import { closeBrowser, inBrowser, open, visit } from './browser.ts'
import { EVIL, nameOf, phoneOf } from './fixtures/people.ts'
import { HELD_CYCLE } from './fixtures/states.ts'

afterAll(closeBrowser)

test('the page reads the answer to why as the engine gives it', () => {
  expectTypeOf<WhyAnswer>().toExtend<Why>()
  expectTypeOf<keyof Why>().toEqualTypeOf<keyof WhyAnswer>()
})

inBrowser('a healthy day says so, and its counts add up', async () => {
  const { page, complaints } = await visit('healthy')
  await page.getByText('Heymarket is equal to your sources.').waitFor()
  const clinic = page.getByRole('article', { name: 'clinic' })
  expect(await clinic.locator('.equation').innerText()).toMatch(
    /2,412 read\s*=\s*2,377 unchanged\s*\+\s*21 accepted\s*\+\s*6 rejected\s*\+\s*7 filtered\s*\+\s*1 deleted\s*adds up/,
  )
  expect(complaints).toEqual([])
})

inBrowser('counts that do not add up are called that', async () => {
  const { page, service } = await visit('healthy')
  const [clinic] = service.status.sources
  if (clinic?.last) clinic.last.read += 3
  service.tell({ type: 'status' })
  await page.getByText('does not add up: 3 missing').waitFor()
})

inBrowser('Sync now asks for a sync of all, and Sync of a source for that one', async () => {
  const { page, service } = await visit('healthy')
  await page.getByRole('button', { name: 'Sync now' }).click()
  await page.getByText('A sync is accepted.').waitFor()
  await page.getByRole('button', { name: 'Sync hubspot now' }).click()
  await page.getByText('A sync of hubspot is accepted.').waitFor()
  expect(service.posted).toEqual([
    { path: '/api/sync', body: {} },
    { path: '/api/sync', body: { source: 'hubspot' } },
  ])
})

inBrowser('a full resync is started only after its cost was shown', async () => {
  const { page, service } = await visit('healthy')
  await page.getByRole('button', { name: 'Full resync of shop…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Full resync of shop' })
  await dialog.getByText('9,771 records').waitFor()
  await dialog.getByText('about 702').waitFor()
  expect(await dialog.getByText('Read from clinic').count()).toBe(0)
  expect(service.posted).toEqual([])
  await dialog.getByRole('button', { name: 'Start full resync' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(service.posted).toEqual([{ path: '/api/resync', body: { source: 'shop' } }])
})

inBrowser('a source is paused and resumed by itself', async () => {
  const { page, service } = await visit('trouble')
  await page.getByRole('button', { name: 'Pause clinic' }).click()
  await page.getByText('clinic is paused.').waitFor()
  await page.getByRole('button', { name: 'Resume shop' }).click()
  await page.getByText('shop goes on.').waitFor()
  expect(service.posted).toEqual([
    { path: '/api/pause', body: { source: 'clinic' } },
    { path: '/api/resume', body: { source: 'shop' } },
  ])
})

inBrowser('removals are approved only by typing how many they are', async () => {
  const { page, service } = await visit('trouble')
  await page.getByRole('button', { name: 'Approve…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Approve what is held' })
  await dialog.getByText('480 contacts').waitFor()
  const approve = dialog.getByRole('button', { name: 'Approve 480 changes' })
  expect(await approve.isDisabled()).toBe(true)
  await dialog.getByLabel('Type 480 to confirm').fill('48')
  expect(await approve.isDisabled()).toBe(true)
  await dialog.getByLabel('Type 480 to confirm').fill('480')
  await approve.click()
  await page.getByText('Approved. A cycle writes it now.').waitFor()
  expect(service.posted).toEqual([{ path: `/api/cycles/${HELD_CYCLE}/approve`, body: {} }])
})

inBrowser('a search by a part of the number leads to the verdict on a person', async () => {
  const { page } = await visit('healthy')
  await page.keyboard.press('/')
  await page.keyboard.type('(510) 555-3301')
  await page.keyboard.press('Enter')
  await page.getByRole('main').getByRole('link', { name: 'Marcus Webb' }).click()
  await page.getByRole('heading', { name: 'Marcus Webb', level: 1 }).waitFor()
  await page.getByText('In Heymarket, as the sources want it.').waitFor()
  const email = page.getByRole('row', { name: /^email/ })
  expect(await email.innerText()).toMatch(
    /someone@example\.com[\s\S]*email[\s\S]*someone@work\.example[\s\S]*kept/,
  )
  expect(await page.evaluate('document.activeElement.tagName')).toBe('H1')
})

inBrowser('a search goes on while somebody types', async () => {
  const { page } = await visit('healthy', { hash: 'people' })
  await page.getByRole('searchbox').fill('Yuki')
  await page.getByText('Search for “Yuki”.').waitFor()
  await page.getByRole('searchbox').fill('Zebedee')
  await page.getByText('Nobody is found for “Zebedee”').waitFor()
  expect(page.url()).toContain('#/people?q=Zebedee')
})

inBrowser('what people, notes and messages say stays text', async () => {
  const { page, complaints } = await visit('trouble', { hash: `people/${phoneOf(5)}` })
  expect(nameOf(5)).toBe(EVIL)
  await page.getByRole('heading', { level: 1, name: EVIL.split('"')[0] ?? '' }).waitFor()
  for (const place of [`cycles/${HELD_CYCLE}`, 'people', 'left-out', 'left-out/rejections', 'messages']) {
    await open(page, place)
    await page.getByText(EVIL).first().waitFor()
  }
  expect(await page.locator('main img, main script').count()).toBe(0)
  expect(await page.title()).not.toBe('owned')
  expect(complaints).toEqual([])
})

inBrowser('dead letters of one cause are put back', async () => {
  const { page, service } = await visit('trouble', { hash: 'left-out' })
  await page.getByRole('button', { name: 'Redrive…' }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Put back 14 dead letters' }).click()
  await page.getByText('14 dead letters put back.').waitFor()
  expect(service.posted).toEqual([{ path: '/api/redrive', body: { cause: 'plan-value' } }])
})

inBrowser('rejections are narrowed to a reason, and saved as CSV', async () => {
  const { page } = await visit('healthy', { hash: 'left-out/rejections' })
  await page.getByRole('button', { name: /PHONE_MISSING/ }).click()
  await page.getByRole('heading', { name: 'PHONE_MISSING' }).waitFor()
  expect(await page.getByRole('table').getByText('PHONE_TOO_SHORT').count()).toBe(0)
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export CSV' }).click()
  const saved = await saving
  expect(saved.suggestedFilename()).toBe('heysync-rejections.csv')
  expect(readFileSync(await saved.path(), 'utf8')).toMatch(/^source,record,code\r\n/)
})

inBrowser('changes of a cycle are shown field by field, and narrowed to those that are held', async () => {
  const { page } = await visit('trouble', { hash: `cycles/${HELD_CYCLE}?state=written` })
  const change = page.locator('.changes li', { hasText: 'Ana Sol' }).first()
  expect(await change.innerText()).toMatch(/custom\.Plan\s*before:\s*Basic\s*after:\s*Premium/)
  await page.getByRole('radio', { name: 'Held' }).check({ force: true })
  await page.locator('.changes .kind.remove').first().waitFor()
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect.poll(() => page.locator('.changes li').count()).toBe(100)
})

inBrowser('who is not signed in gets the login, and then the same page', async () => {
  const { page } = await visit('healthy', { token: 'open sesame', hash: 'lists' })
  await page.getByRole('heading', { name: 'Sign in to heysync' }).waitFor()
  await page.getByLabel('Token').fill('wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('This is not the token of the service.').waitFor()
  await page.getByLabel('Token').fill('open sesame')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Premium customers' }).waitFor()
  await page.getByRole('status').getByText('Live').waitFor()
  expect(await page.evaluate('document.cookie')).toBe('')
})

inBrowser('dark is switched on, and is still on after a reload', async () => {
  const { page } = await visit('healthy')
  const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
  const light = await ground()
  await page.getByRole('switch', { name: 'Dark' }).click()
  expect(await ground()).not.toBe(light)
  const dark = await ground()
  await page.reload()
  await page.getByRole('switch', { name: 'Dark', checked: true }).waitFor()
  expect(await ground()).toBe(dark)
})

inBrowser('progress and a changed status show without a reload', async () => {
  const { page, service } = await visit('firstLoad')
  await page.getByText('12,400 of 69,786 written').waitFor()
  const { underWay } = service.status
  if (underWay === null) throw new Error('nothing is under way')
  service.tell({ type: 'progress', underWay: { ...underWay, done: 20_000, secondsLeft: 1_800 } })
  await page.getByText('20,000 of 69,786 written').waitFor()
  await page.getByText('about 30 min left').waitFor()
  service.status.underWay = null
  service.tell({ type: 'status' })
  await page.getByText('20,000 of 69,786 written').waitFor({ state: 'detached' })
})

inBrowser('without events the page asks by itself, and says that it does', async () => {
  const { page, service } = await visit('healthy')
  await page.getByRole('status').getByText('Live').waitFor()
  service.hangUp(true)
  await page.locator('.rail').getByText('Every 5 s').waitFor()
  service.status.contacts.wanted = 70_001
  await page.getByText('70,001').waitFor()
  service.hangUp(false)
  await page.getByRole('status').getByText('Live').waitFor()
})

inBrowser('a service that is gone is said to be gone, and what was there stays', async () => {
  const { page, service } = await visit('healthy')
  await page.getByRole('status').getByText('Live').waitFor()
  await service.close()
  await page
    .locator('.rail')
    .getByText(/Disconnected/)
    .waitFor()
  await page.getByRole('alert').getByText('heysync does not answer.').waitFor()
  expect(await page.getByText('69,786').count()).toBeGreaterThan(0)
})

inBrowser('the keyboard leads everywhere, and back out of a dialog', async () => {
  const { page } = await visit('healthy')
  await page.getByText('Heymarket is equal to your sources.').waitFor()
  for (const [keys, heading] of [
    ['gc', 'Cycles'],
    ['gp', 'People'],
    ['gx', 'Left out'],
    ['gl', 'Lists'],
    ['gm', 'Messages'],
    ['gs', 'Settings'],
    ['go', 'Overview'],
  ] as const) {
    for (const key of keys) await page.keyboard.press(key)
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
  }
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('g')
  await page.getByRole('searchbox').focus()
  await page.keyboard.type('cc')
  expect(await page.getByRole('searchbox').inputValue()).toBe('cc')
  await page.keyboard.press('Escape')
  expect(await page.evaluate('document.activeElement === document.body')).toBe(true)
})

inBrowser('the first stop of the keyboard skips to the content', async () => {
  const { page } = await visit('healthy')
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content')
  await page.keyboard.press('Enter')
  expect(await page.evaluate('document.activeElement.id')).toBe('main')
  expect(page.url()).not.toContain('#main')
})

inBrowser('a cycle that is not known says so, with the way out', async () => {
  const { page } = await visit('healthy', { hash: 'cycles/nope' })
  const alert = page.getByRole('alert')
  await alert.getByText('There is no such cycle.').waitFor()
  await alert.getByText('heysync status').waitFor()
})

inBrowser('on a phone nothing is wider than the screen, and every page is within reach', async () => {
  const { page } = await visit('trouble', { narrow: true })
  const places = ['', 'cycles', `cycles/${HELD_CYCLE}`, 'people', `people/${phoneOf(3)}`, 'left-out']
  for (const place of [...places, 'left-out/rejections', 'lists', 'messages', 'settings']) {
    await open(page, place)
    expect([place, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([place, 360])
  }
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('dialog').getByRole('link', { name: 'Messages' }).click()
  await page.getByRole('heading', { level: 1, name: 'Messages' }).waitFor()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})
