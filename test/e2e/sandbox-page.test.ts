// The sandbox's page in a real browser: what people are called stays text, replies arrive, and asking again disturbs nobody.
import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { type Box, start } from '../sandbox/support.ts'

const BROWSER = onPath(['chromium', 'chromium-browser', 'google-chrome'])
if (BROWSER === null)
  process.stderr.write(
    'SKIPPED: the page in a browser. No Chromium is on the PATH. Install it, e.g.: apt-get install chromium\n',
  )
const inBrowser = test.skipIf(BROWSER === null)

type Answer = Readonly<Record<string, unknown>>

interface Tab {
  /** Runs this in the page and answers what it gives, once it is there. */
  run(expression: string): Promise<unknown>
  /** Resolves when this is true in the page. */
  until(expression: string): Promise<void>
  /** A real click in the middle of the first element that this selects. */
  click(selector: string): Promise<void>
  type(text: string): Promise<void>
  /** What the browser complained about: errors, and what the page's policy kept out. */
  readonly complaints: string[]
}

inBrowser('what people, lists and messages are called stays text', async () => {
  const evil = '<img src=x onerror="document.title=\'owned\'">'
  const box = await start({ dialects: { tooManyTags: 'truncate' } })
  await box.create({ phone: '15105553344', first: evil, display_name: evil, email: '<b>@example.com' })
  await box.post('/v1/list', { title: evil, local_id: 'l' })
  await box.post('/v1/message/send', {
    inbox_id: 71,
    creator_id: 501,
    phone_number: '15105553344',
    text: evil,
  })
  await box.call('GET', '/v1/%3Cimg%20src=x%3E')
  const tab = await open(box)
  await tab.until(`document.querySelector('#thread .bubble') !== null`)
  for (const part of ['contacts', 'lists', 'chats', 'thread'])
    expect(await tab.run(`document.getElementById('${part}').textContent`)).toContain(evil)
  expect(await tab.run(`document.querySelectorAll('img, iframe, #contacts b, #thread script').length`)).toBe(
    0,
  )
  expect(await tab.run('document.title')).toBe('heysync sandbox')
  expect(tab.complaints).toEqual([])
})

inBrowser('a contact who never wrote is picked, texts in, and opts out', async () => {
  const box = await start()
  const id = await box.create({ phone: '15105553344', first: 'Ana', last: 'Sol', display_name: 'Ana Sol' })
  const tab = await open(box)
  await tab.until(`document.querySelector('.pick') !== null`)
  await tab.click('.pick')
  await tab.type('Is my <room> ready?\r')
  await tab.until(`document.querySelector('.bubble.in')?.textContent.startsWith('Is my <room> ready?')`)
  expect(await tab.run(`document.getElementById('words').value`)).toBe('')
  await tab.click('#consent')
  await tab.until(`document.getElementById('consent').textContent === 'Text START'`)
  expect(await tab.run(`document.querySelector('#contacts').textContent`)).toContain('opted out')
  const { json } = await box.post('/v1/contact/status', { id })
  expect(json).toMatchObject({ unsubscribed_contact: true })
  await tab.click('#consent')
  await tab.until(`document.getElementById('consent').textContent === 'Text STOP'`)
  const said = (await box.call('GET', '/v1/messages?phoneNumber=15105553344&inboxID=71')).json
  expect((said as { text: string }[]).map(({ text }) => text).sort()).toEqual([
    'Is my <room> ready?',
    'START',
    'STOP',
  ])
  expect(tab.complaints).toEqual([])
})

inBrowser('conversations of one person in two inboxes, and of a group, are told apart', async () => {
  const box = await start()
  await box.create({ phone: '15105553344', display_name: 'Ana Sol' })
  const send = (given: object) => box.post('/v1/message/send', { creator_id: 501, text: 'Hi', ...given })
  await send({ inbox_id: 71, phone_number: '15105553344' })
  await send({ inbox_id: 72, phone_number: '15105553344' })
  await send({ inbox_id: 71, targets: ['15105553344', '15105553355'] })
  const tab = await open(box)
  await tab.until(`document.querySelectorAll('.chat').length === 3`)
  const heads = await tab.run(
    `[...document.querySelectorAll('.chat')].map((one) => [one.children[0].textContent, one.children[2].textContent].join(': '))`,
  )
  expect(heads).toEqual(['Ana Sol and 1 more: Front desk', 'Ana Sol: Billing', 'Ana Sol: Front desk'])
  expect(await tab.run(`document.getElementById('say').hidden`)).toBe(true)
  await tab.click('.chat:nth-child(2)')
  expect(await tab.run(`document.getElementById('say').hidden`)).toBe(false)
  await tab.click('#words')
  await tab.type('Paid!\r')
  await tab.until(`document.querySelector('.bubble.in') !== null`)
  const billing = (await box.call('GET', '/v1/messages?phoneNumber=15105553344&inboxID=72')).json
  expect((billing as { text: string }[])[0]?.text).toBe('Paid!')
})

inBrowser('asking again leaves alone what did not change, and keeps the focus in what did', async () => {
  const box = await start()
  for (const last of [3344, 3355]) box.store.reply(`1510555${last}`, 'Hi')
  const tab = await open(box)
  await tab.until(`document.querySelectorAll('.chat').length === 2`)
  await tab.run(`(window.before = document.querySelector('.chat:nth-child(2)')).focus()`)
  await tab.run('refresh()')
  expect(await tab.run('document.activeElement === window.before')).toBe(true)
  box.store.reply('15105553366', 'Hi')
  await tab.run('refresh()')
  expect(await tab.run(`document.querySelectorAll('.chat').length`)).toBe(3)
  expect(await tab.run(`document.activeElement.matches('.chat')`)).toBe(true)
  expect(await tab.run('document.activeElement.children[0].textContent')).toBe('15105553344')
})

inBrowser('an answer that a later search overtook is not shown', async () => {
  const box = await start()
  await box.create({ phone: '15105553344', first: 'Ana' })
  await box.create({ phone: '15105553355', first: 'Bea' })
  const tab = await open(box)
  await tab.until(`document.querySelectorAll('.pick').length === 2`)
  await tab.run(`(async () => {
    const ask = window.fetch
    const search = document.getElementById('search')
    let late
    window.fetch = (...given) => new Promise((done) => { late = () => done(ask(...given)) })
    search.value = 'ana'
    const first = refresh()
    window.fetch = ask
    search.value = 'bea'
    await refresh()
    late()
    await first
  })()`)
  expect(await tab.run(`document.getElementById('contacts').textContent`)).toContain('Bea')
  expect(await tab.run(`document.querySelectorAll('.pick').length`)).toBe(1)
})

inBrowser('a sandbox that ended is said, and what was typed stays', async () => {
  const box = await start()
  box.store.reply('15105553344', 'Hi')
  const tab = await open(box)
  await tab.until(`document.querySelector('.chat') !== null`)
  await box.close()
  await tab.click('#words')
  await tab.type('Anybody there?\r')
  await tab.until(`document.body.classList.contains('lost')`)
  await tab.until(`document.getElementById('words').value === 'Anybody there?'`)
})

/** The page of this sandbox in a browser of its own, gone when the test ends. */
async function open(box: Box): Promise<Tab> {
  const folder = mkdtempSync(join(tmpdir(), 'heysync-page-'))
  const { PATH = '' } = process.env
  const browser = spawn(
    BROWSER ?? '',
    [
      '--headless=new',
      '--remote-debugging-pipe',
      '--disable-gpu',
      '--no-first-run',
      '--window-size=1300,1000',
      `--user-data-dir=${folder}`,
      // Root has no namespace of its own to lock a browser into; it opens only the page above.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      'about:blank',
    ],
    { env: { PATH, HOME: folder }, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  )
  const gone = new Promise<void>((resolve) => browser.once('close', () => resolve()))
  const complaints: string[] = []
  const ask = talk(browser.stdio[3] as Writable, browser.stdio[4] as Readable, gone, (method, params) => {
    const { entry, exceptionDetails } = params as { entry?: Answer; exceptionDetails?: unknown }
    if (method === 'Log.entryAdded') complaints.push(String(entry?.text))
    if (method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(exceptionDetails))
  })
  onTestFinished(async () => {
    // Asked to close, it ends its helper processes first; killed, they would go on writing into the folder.
    await Promise.race([ask('Browser.close', {}), gone]).catch(() => browser.kill('SIGKILL'))
    await gone
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  })
  const { targetId } = await ask('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await ask('Target.attachToTarget', { targetId, flatten: true })
  const tell = (method: string, params: Answer = {}) => ask(method, params, String(sessionId))
  for (const domain of ['Page', 'Runtime', 'Log']) await tell(`${domain}.enable`)
  const run = async (expression: string) => {
    const { result, exceptionDetails } = await tell('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
    return (result as { value?: unknown }).value
  }
  const until = async (expression: string) => {
    await run(`new Promise((done) => {
      const look = () => { if (${expression}) { watching.disconnect(); done() } }
      const watching = new MutationObserver(look)
      watching.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
      document.addEventListener('input', look)
      look()
    })`)
  }
  await tell('Page.navigate', { url: `${box.url}/` })
  return {
    complaints,
    run,
    until,
    click: async (selector) => {
      const middle = (await run(`(() => {
        const one = document.querySelector(${JSON.stringify(selector)})
        one.scrollIntoView({ block: 'nearest' })
        const { x, y, width, height } = one.getBoundingClientRect()
        return { x: x + width / 2, y: y + height / 2 }
      })()`)) as Answer
      for (const type of ['mousePressed', 'mouseReleased'])
        await tell('Input.dispatchMouseEvent', { type, ...middle, button: 'left', clickCount: 1 })
    },
    type: async (text) => {
      await tell('Input.insertText', { text: text.replace('\r', '') })
      if (!text.endsWith('\r')) return
      const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' }
      for (const type of ['keyDown', 'keyUp']) await tell('Input.dispatchKeyEvent', { type, ...enter })
    },
  }
}

/** Chromium's own protocol over a pair of pipes: JSON, each message ended by a zero byte. */
function talk(
  to: Writable,
  from: Readable,
  gone: Promise<void>,
  hear: (method: string, params: Answer) => void,
): (method: string, params: Answer, sessionId?: string) => Promise<Answer> {
  const waiting = new Map<number, { done: (answer: Answer) => void; fail: (error: Error) => void }>()
  let rest = ''
  let lastId = 0
  from.setEncoding('utf8').on('data', (part: string) => {
    const messages = (rest + part).split('\0')
    rest = messages.pop() ?? ''
    for (const text of messages) {
      const { id, result, error, method, params } = JSON.parse(text)
      if (id === undefined) hear(method, params)
      else if (error === undefined) waiting.get(id)?.done(result)
      else waiting.get(id)?.fail(new Error(error.message))
      waiting.delete(id)
    }
  })
  void gone.then(() => {
    for (const { fail } of waiting.values()) fail(new Error('The browser ended.'))
  })
  return (method, params, sessionId) =>
    new Promise((done, fail) => {
      lastId += 1
      waiting.set(lastId, { done, fail })
      to.write(`${JSON.stringify({ id: lastId, method, params, sessionId })}\0`)
    })
}

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
