// Messages as a person and a script send them: the built program against a sandbox.
import { describe, expect, test } from 'vitest'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import { clinicConfig, csv, type House, house, type Tree } from './support.ts'

const ANA = '14155552671'
const BEN = '14155552672'
const CY = '14155552673'
const MESSAGING = {
  inbox: 'Front desk',
  sender: 'Ana Duarte',
  timeZone: 'America/New_York',
  settleSeconds: 0,
}
const ULID_KEY = expect.stringMatching(/^heysync-[0-9A-HJKMNP-TV-Z]{26}$/)

/** Three people are synced: Ana and Cy have the plan Premium. */
async function clinic(options: SandboxOptions = {}, messaging: Tree = MESSAGING): Promise<House> {
  const home = await house(options)
  const map = { phone: 'phone', first: 'first', last: 'last', custom: { Plan: 'plan' } }
  home.config(clinicConfig(home.sandbox.url, { map }, { messaging }))
  const rows = [
    { id: '1', phone: `+${ANA}`, first: 'Ana', last: 'Diaz', plan: 'Premium' },
    { id: '2', phone: `+${BEN}`, first: 'Ben', last: 'Ray', plan: 'Basic' },
    { id: '3', phone: `+${CY}`, first: 'Cy', last: 'Lee', plan: 'Premium' },
  ]
  home.write('contacts.csv', csv(rows))
  await home.json(0, 'sync')
  return home
}

/** What the sandbox sent out: to whom, and the words. */
function sent(home: House): string[] {
  return home.sandbox.store
    .messages()
    .filter((one) => one.direction === 'out')
    .map((one) => `${one.targets.join('+')}: ${one.text}`)
}

/** Ends with this code, and says this on stderr. */
async function refused(home: House, code: number, args: string[], said: string): Promise<void> {
  const done = await home.run(...args)
  expect(done.stderr).toContain(said)
  expect(done.code).toBe(code)
}

describe('send', () => {
  test('sends to a number in any spelling, with the tokens filled in, and says so', async () => {
    const home = await clinic()
    const done = await home.run('send', '--to', '(415) 555-2671', '--text', 'Hi {{first_name}}!')
    expect(done).toMatchObject({
      code: 0,
      stdout: `✓ Sent to ${ANA}, from Front desk by Ana Duarte.\n`,
    })
    expect(sent(home)).toEqual([`${ANA}: Hi Ana!`])
  })

  test('a second Enter sends nothing; a key of its own does', async () => {
    const home = await clinic()
    const args = ['send', '--to', ANA, '--text', 'Hi']
    const first = await home.json(0, ...args)
    expect(first).toMatchObject({ key: ULID_KEY, state: 'sent', again: false, message: expect.any(Number) })
    expect(await home.json(0, ...args)).toMatchObject({ key: first.key, again: true, message: first.message })
    expect((await home.run(...args)).stdout).toContain('Sent already')
    expect(await home.json(0, ...args, '--key', 'once more')).toMatchObject({
      key: 'once more',
      again: false,
    })
    expect(await home.json(0, ...args, '--key', 'once more')).toMatchObject({ again: true })
    expect(sent(home)).toHaveLength(2)
    await refused(
      home,
      2,
      ['send', '--to', ANA, '--text', 'Other', '--key', 'once more'],
      'ERR_KEY_REUSED The key "once more" was used',
    )
  })

  test('two at the same instant send once', async () => {
    const home = await clinic()
    const args = ['send', '--to', ANA, '--text', 'Hi']
    const both = await Promise.all([home.json(0, ...args), home.json(0, ...args)])
    expect(both.map((one) => one.again).sort()).toEqual([false, true])
    expect(sent(home)).toHaveLength(1)
  })

  test('to a group, into a conversation, and as a comment that only the team sees', async () => {
    const home = await clinic()
    await home.json(0, 'send', '--group', ANA, BEN, '--text', 'Both of you')
    await home.json(0, 'send', '--to', ANA, '--text', 'Alone')
    const chat = home.sandbox.store.messages().at(-1)?.conversation_id
    await home.json(0, 'send', '--conversation', String(chat), '--text', 'Again')
    await home.json(0, 'send', '--conversation', String(chat), '--private', '--text', 'Note')
    expect(sent(home)).toEqual([
      `${ANA}+${BEN}: Both of you`,
      `${ANA}: Alone`,
      `${ANA}: Again`,
      `${ANA}: Note`,
    ])
    expect(home.sandbox.store.messages().at(-1)).toMatchObject({ private: true, status: 'private' })
  })

  test('a template by its title, and media', async () => {
    const home = await clinic()
    await home.json(0, 'send', '--to', ANA, '--template', 'appointment reminder')
    await home.json(0, 'send', '--to', ANA, '--media', 'https://example.com/map.png')
    expect(sent(home)).toEqual([`${ANA}: Hi Ana, see you tomorrow. Reply C to cancel.`, `${ANA}: `])
    expect(home.sandbox.store.messages().at(-1)?.media).toEqual(['https://example.com/map.png'])
  })

  test('--dry-run shows the exact request and sends nothing', async () => {
    const home = await clinic()
    const shown = await home.json(0, 'send', '--to', ANA, '--text', 'Hi', '--key', 'k', '--dry-run')
    expect(shown).toEqual({
      dryRun: true,
      requests: [
        {
          method: 'POST',
          path: '/v1/message/send',
          body: { inbox_id: 71, creator_id: 501, phone_number: ANA, text: 'Hi', local_id: 'k' },
        },
      ],
    })
    expect(sent(home)).toEqual([])
    expect(await home.json(0, 'send', '--to', ANA, '--text', 'Hi', '--key', 'k')).toMatchObject({
      again: false,
    })
  })

  test('refuses who opted out, whoever says so, with the reason', async () => {
    const home = await clinic()
    home.sandbox.store.stop(ANA)
    await refused(
      home,
      2,
      ['send', '--to', ANA, '--text', 'Hi'],
      'ERR_OPTED_OUT 14•••••••71 opted out in Heymarket. Nothing was sent.',
    )
    home.sandbox.store.start(ANA)
    await refused(home, 2, ['send', '--to', ANA, '--text', 'Hi'], 'opted out on 20')
    await refused(home, 2, ['send', '--group', ANA, BEN, '--text', 'Hi'], 'ERR_OPTED_OUT')
    expect(sent(home)).toEqual([])
  })

  test.each([
    [['--to', ANA], 'The message says nothing yet.'],
    [['--text', 'Hi'], 'Whom it is for is missing.'],
    [['--to', ANA, '--conversation', '1', '--text', 'Hi'], '--to and --conversation are both given.'],
    [['--to', 'call me', '--text', 'Hi'], '"call me" is not a phone number that can be texted'],
    [['--to', ANA, '--text', 'Hi {{frist_name}}'], 'Nothing fills in {{frist_name}}.'],
    [
      ['--to', ANA, '--text', 'Hi', '--inbox', 'Front dsk'],
      'There is no inbox "Front dsk". Did you mean "Front desk"?',
    ],
    [
      ['--to', ANA, '--text', 'Hi', '--inbox', 'Billing', '--sender', 'Ben Okafor'],
      'is not a member of the inbox Billing',
    ],
    [['--to', ANA, '--template', 'Nothing'], 'There is no template "Nothing".'],
    [['--to', ANA, '--media', 'http://localhost/x.png'], 'must be a public http(s) address'],
    [['--conversation', '1', '--text', 'Hi'], 'Heymarket has no conversation 1.'],
  ])('%j is refused before anything is sent', async (args, said) => {
    const home = await clinic()
    await refused(home, 2, ['send', ...args], said)
    expect(sent(home)).toEqual([])
  })

  test('names what is missing where the config does not say', async () => {
    const home = await clinic({}, {})
    const args = ['send', '--to', ANA, '--text', 'Hi']
    await refused(home, 2, args, 'Which inbox does it go out from? There is Front desk (71), Billing (72).')
    await refused(
      home,
      2,
      [...args, '--inbox', 'front desk'],
      'Which member sends it? Front desk has Ana Duarte (501)',
    )
    expect(await home.json(0, ...args, '--inbox', 'Billing')).toMatchObject({ state: 'sent' })
  })

  test.each([
    ['the answer is lost', { lostAnswer: 1 }],
    ['the server fails after sending', { error500After: 1 }],
  ])('is sent once when %s', async (_, faults) => {
    const home = await clinic({ dialects: { messageLocalId: 'ignored', localIdShown: 'no' } })
    home.sandbox.configure({ faults: { ...faults, writesOnly: 1 } })
    const done = await home.json(0, 'send', '--to', ANA, '--text', 'Hi')
    expect(done).toMatchObject({ state: 'sent', again: false })
    expect(sent(home)).toEqual([`${ANA}: Hi`])
  })

  test('is sent when the request was lost', async () => {
    const home = await clinic()
    home.sandbox.configure({ faults: { lostRequest: 0.7, writesOnly: 1 } })
    let code: number | null = 1
    for (let runs = 0; code === 1 && runs < 10; runs += 1)
      code = (await home.run('send', '--to', ANA, '--text', 'Hi')).code
    expect(code).toBe(0)
    expect(sent(home)).toEqual([`${ANA}: Hi`])
  })
})

describe('broadcast', () => {
  const RULE = 'contact.custom["Plan"] == "Premium"'

  test('to the people of a rule: says how many and the first message, and needs a yes', async () => {
    const home = await clinic()
    const args = ['broadcast', '--where', RULE, '--text', 'Hi {{first_name}}, news.']
    const asked = await home.run(...args)
    expect(asked.code).toBe(2)
    expect(asked.stderr).toContain('2 people where')
    expect(asked.stderr).toContain(`${ANA}: Hi Ana, news.`)
    expect(asked.stderr).toContain('Add --yes')
    expect(sent(home)).toEqual([])
    const done = await home.json(0, ...args, '--yes')
    expect(done).toMatchObject({ key: ULID_KEY, state: 'sent', again: false, reached: 2, refused: [] })
    expect(sent(home)).toEqual([`${ANA}: Hi Ana, news.`, `${CY}: Hi Cy, news.`])
    expect(await home.json(0, ...args, '--yes')).toMatchObject({ again: true, reached: 2 })
    expect(sent(home)).toHaveLength(2)
  })

  test('to a list that exists: whoever opted out is left out, through a list made on the spot', async () => {
    const home = await clinic({ dialects: { optedOutBroadcast: 'send' } })
    home.sandbox.store.fillList({ title: 'Regulars', phones: [ANA, BEN, CY] })
    home.sandbox.store.stop(BEN)
    const done = await home.json(0, 'broadcast', '--list', 'regulars', '--text', 'News', '--yes')
    expect(done).toMatchObject({ reached: 2, refused: [{ phone: BEN, reason: 'opted out in Heymarket' }] })
    expect(sent(home)).toEqual([`${ANA}: News`, `${CY}: News`])
    expect(home.sandbox.store.lists().map((list) => list.members)).toEqual([
      [ANA, BEN, CY],
      [ANA, CY],
    ])
  })

  test('to numbers of a file and to contacts by id, each person once', async () => {
    const home = await clinic()
    home.write('numbers.txt', `# ours\n+1 415 555 2671\n\n4155552672  # Ben\n${ANA}\n`)
    await home.json(0, 'broadcast', '--phones', '@numbers.txt', '--text', 'A', '--yes')
    const ids = home.sandbox.store.contacts().map((one) => String(one.id))
    await home.json(0, 'broadcast', '--contacts', ...ids, '--text', 'B', '--yes')
    expect(sent(home)).toEqual([`${ANA}: A`, `${BEN}: A`, `${ANA}: B`, `${BEN}: B`, `${CY}: B`])
  })

  test('--dry-run shows every request', async () => {
    const home = await clinic()
    const shown = await home.json(
      0,
      'broadcast',
      '--phones',
      ANA,
      '--text',
      'A',
      '--key',
      'k',
      '--title',
      'T',
      '--dry-run',
    )
    expect(shown).toMatchObject({
      dryRun: true,
      reached: 1,
      requests: [
        { method: 'POST', path: '/v2/lists', body: { title: 'T', local_id: 'k-list', phones: [ANA] } },
        { method: 'POST', path: '/v1/message/send', body: { text: 'A', local_id: 'k' } },
      ],
    })
    expect(home.sandbox.store.lists()).toEqual([])
  })

  test('--dry-run of one that is not finished shows what is left and sends nothing', async () => {
    const home = await clinic()
    const args = ['broadcast', '--phones', ANA, BEN, '--text', 'News', '--yes']
    home.sandbox.configure({ faults: { lostRequest: 1, writesOnly: 1 } })
    await home.json(1, ...args)
    home.sandbox.configure({ faults: { lostRequest: 0 } })
    expect(await home.json(0, ...args, '--dry-run')).toMatchObject({ dryRun: true, state: 'open' })
    expect(sent(home)).toEqual([])
    expect(home.sandbox.store.lists()).toEqual([])
    await home.json(0, ...args)
    expect(sent(home)).toHaveLength(2)
  })

  test('several numbers on a line each count', async () => {
    const home = await clinic()
    home.write('numbers.txt', `${ANA}, ${BEN}\n${CY};\n`)
    expect(await home.json(0, 'broadcast', '--phones', '@numbers.txt', '--text', 'A', '--yes')).toMatchObject(
      {
        reached: 3,
      },
    )
  })

  test('status and replies tell who got it, where it failed, who answered and who opted out', async () => {
    const home = await clinic()
    const dead = '14155559999'
    await home.json(0, 'broadcast', '--phones', ANA, BEN, dead, '--text', 'News', '--key', 'news', '--yes')
    home.sandbox.store.reply(ANA, 'Thanks')
    home.sandbox.store.reply(BEN, 'Stop.')
    expect(await home.json(0, 'broadcast', 'status', 'news')).toMatchObject({
      key: 'news',
      state: 'done',
      recipients: 3,
      sent: 2,
      failed: [{ phone: dead, error: 'unreachable number' }],
      unseen: [],
      refused: [],
      optOuts: [BEN],
    })
    expect(await home.json<Tree[]>(0, 'replies')).toMatchObject([
      { phone: BEN, text: 'Stop.', optOut: true },
      { phone: ANA, text: 'Thanks', optOut: false },
    ])
    expect(await home.json<Tree[]>(0, 'replies', '--from', ANA)).toMatchObject([{ text: 'Thanks' }])
    expect(await home.json<Tree[]>(0, 'replies', '--inbox', 'Billing')).toEqual([])
    await refused(home, 2, ['send', '--to', BEN, '--text', 'Hi'], 'opted out on')
    expect(await home.json<Tree[]>(0, 'broadcast', 'list')).toMatchObject([
      { key: 'news', state: 'done', reached: 3, text: 'News' },
    ])
    expect((await home.run('broadcast', 'status')).stdout).toContain('unreachable number')
    await refused(home, 2, ['broadcast', 'status', 'nwes'], 'Did you mean news?')
  })

  test.each([
    [['--where', 'contact.first = "Ana"'], 'ERR_EXPRESSION'],
    [['--where', 'contact.first'], 'gives "Ana" where yes or no is asked'],
    [['--where', 'contact.first == "Zoe"'], 'ERR_NOBODY Nobody matches'],
    [['--list', 'Nothing'], 'There is no list "Nothing".'],
    [['--phones', '@missing.txt'], 'The file of --phones cannot be read'],
    [['--phones', '12', ANA], '"12"'],
    [['--contacts', '99'], 'Heymarket has no contact 99.'],
    [['--contacts', '0x1869F'], '"0x1869F" is not an id'],
    [['--phones', `${ANA}/${BEN}`], 'is not a phone number'],
    [['--phones', '1.4155552671E10'], 'is not a phone number'],
  ])('%j is refused before anything is sent', async (args, said) => {
    const home = await clinic()
    await refused(home, 2, ['broadcast', ...args, '--text', 'News', '--yes'], said)
    expect(sent(home)).toEqual([])
    expect(home.sandbox.store.lists()).toEqual([])
  })

  test('nobody is texted where all of them opted out, or where a list cannot be read', async () => {
    const home = await clinic({ dialects: { listReads: 'gone' } })
    const list = home.sandbox.store.fillList({ title: 'Regulars', phones: [ANA] })
    const args = ['--text', 'News', '--yes']
    await refused(home, 2, ['broadcast', '--list', String(list), ...args], 'does not show who is on list')
    home.sandbox.store.stop(ANA)
    await refused(home, 2, ['broadcast', '--phones', ANA, ...args], 'All 1 of them opted out or are blocked')
    expect(sent(home)).toEqual([])
  })
})

describe('schedule', () => {
  test('is made once, changed, and taken back', async () => {
    const home = await clinic()
    const args = ['schedule', 'create', '--to', ANA, '--at', 'tomorrow 9:30', '--text', 'See you']
    const made = await home.json(0, ...args)
    expect(made).toMatchObject({
      key: ULID_KEY,
      id: expect.any(Number),
      state: 'waiting',
      again: false,
      target: { phone_number: ANA },
      content: { text: 'See you' },
    })
    expect(await home.json(0, ...args)).toMatchObject({ key: made.key, again: true })
    expect(home.sandbox.store.scheduled()).toHaveLength(1)
    const changed = await home.json(0, 'schedule', 'update', String(made.key), '--text', 'See you then')
    expect(changed).toMatchObject({ content: { text: 'See you then' }, executeAt: made.executeAt })
    expect(home.sandbox.store.scheduled()).toMatchObject([{ text: 'See you then' }])
    expect(await home.json<Tree[]>(0, 'schedule', 'list')).toMatchObject([
      { key: made.key, state: 'waiting' },
    ])
    await home.json(0, 'schedule', 'cancel', String(made.id))
    await home.json(0, 'schedule', 'cancel', String(made.key))
    expect(home.sandbox.store.scheduled()).toEqual([])
    expect(await home.json(0, 'schedule', 'get', String(made.key))).toMatchObject({ state: 'cancelled' })
    expect(await home.json(0, ...args)).toMatchObject({ again: false, state: 'waiting' })
  })

  test('comes due once', async () => {
    const home = await clinic()
    const args = ['schedule', 'create', '--to', ANA, '--at', 'in 50 minutes', '--round-up', '--text', 'Now']
    await home.json(0, ...args)
    home.sandbox.advance(2 * 60 * 60_000)
    expect(sent(home)).toEqual([`${ANA}: Now`])
    expect(await home.json<Tree[]>(0, 'schedule', 'list')).toMatchObject([{ state: 'sent' }])
  })

  test('without an answer it stays unknown and is never sent again by itself', async () => {
    const home = await clinic()
    home.sandbox.configure({ faults: { lostAnswer: 1, writesOnly: 1 } })
    const args = [
      'schedule',
      'create',
      '--to',
      ANA,
      '--at',
      'tomorrow 9:30',
      '--text',
      'See you',
      '--key',
      'k',
    ]
    await refused(home, 1, args, 'ERR_OUTCOME_UNKNOWN')
    home.sandbox.configure({ faults: { lostAnswer: 0 } })
    await refused(home, 1, args, 'ERR_OUTCOME_UNKNOWN')
    expect(home.sandbox.store.scheduled()).toHaveLength(1)
    expect(await home.json<Tree[]>(0, 'schedule', 'list')).toMatchObject([
      { key: 'k', state: 'unknown', id: null },
    ])
    await refused(home, 1, ['schedule', 'cancel', 'k'], 'id of it is not known')
  })

  test('refuses who opted out, and says how many of a list did', async () => {
    const home = await clinic()
    home.sandbox.store.stop(ANA)
    const at = ['--at', 'tomorrow 9:30', '--text', 'See you']
    await refused(home, 2, ['schedule', 'create', '--to', ANA, ...at], 'ERR_OPTED_OUT')
    const misspelt = [
      'schedule',
      'create',
      '--to',
      BEN,
      '--at',
      'tomorrow 9:30',
      '--text',
      'Hi {{frist_name}}',
    ]
    await refused(home, 2, misspelt, 'Nothing fills in {{frist_name}}.')
    home.sandbox.store.fillList({ title: 'Regulars', phones: [ANA, BEN] })
    await refused(home, 2, ['schedule', 'create', '--list', 'Regulars', ...at], '1 person on it opted out')
    expect(home.sandbox.store.scheduled()).toEqual([])
    await home.json(0, 'schedule', 'create', '--list', 'Regulars', ...at, '--yes')
    expect(home.sandbox.store.scheduled()).toHaveLength(1)
  })
})

test('a change of a scheduled message asks for consent as its making does', async () => {
  const home = await clinic()
  await home.json(0, 'send', '--to', ANA, '--text', 'Hi')
  const chat = String(home.sandbox.store.messages()[0]?.conversation_id)
  const at = ['--at', 'tomorrow 9:30', '--text', 'See you']
  const { key } = await home.json<{ key: string }>(0, 'schedule', 'create', '--to', BEN, ...at)
  const own = await home.json<{ key: string }>(0, 'schedule', 'create', '--conversation', chat, ...at)
  home.sandbox.store.stop(ANA)
  await refused(home, 2, ['schedule', 'update', key, '--conversation', chat], 'ERR_OPTED_OUT')
  await refused(home, 2, ['schedule', 'update', own.key, '--text', 'Later'], 'ERR_OPTED_OUT')
  home.sandbox.store.fillList({ title: 'Regulars', phones: [ANA, BEN] })
  await refused(home, 2, ['schedule', 'update', key, '--list', 'Regulars'], '1 person on it opted out')
  expect(home.sandbox.store.scheduled().map((one) => one.target)).toEqual([BEN, chat])
})

describe('email', () => {
  test('is sent once, plain words as markup', async () => {
    const home = await clinic()
    const args = [
      'email',
      '--to',
      'ana@example.com',
      '--cc',
      'b@example.com',
      '--subject',
      'Hi',
      '--text',
      'a < b',
    ]
    expect(await home.json(0, ...args)).toMatchObject({ state: 'sent', again: false })
    expect(await home.json(0, ...args)).toMatchObject({ again: true })
    expect(home.sandbox.store.messages()).toMatchObject([{ channel: 'email', text: 'a < b' }])
    const shown = await home.json<{ requests: { body: Tree }[] }>(0, ...args, '--dry-run')
    expect(shown.requests[0]?.body).toMatchObject({
      text: 'a &lt; b',
      raw_text: 'a < b',
      targets: ['to:ana@example.com', 'cc:b@example.com'],
      conv_title: 'Hi',
    })
  })

  test('without an answer, and nowhere to be seen, it stays unknown', async () => {
    const home = await clinic({ dialects: { emailInHistory: 'no' } })
    home.sandbox.configure({ faults: { lostAnswer: 1, writesOnly: 1 } })
    const args = ['email', '--to', 'ana@example.com', '--text', 'Hi']
    await refused(home, 1, args, 'ERR_OUTCOME_UNKNOWN')
    await refused(home, 1, args, 'ERR_OUTCOME_UNKNOWN')
    expect(home.sandbox.store.messages()).toHaveLength(1)
  })

  test.each([
    [['--to', 'ana', '--text', 'Hi'], 'must be to: or cc: and an e-mail address'],
    [['--to', 'ana@example.com'], 'What it says is missing.'],
    [['--to', 'ana@example.com', '--conversation', '1', '--text', 'Hi'], 'are both given'],
    [['--cc', 'ana@example.com', '--text', 'Hi'], 'Whom it is for is missing.'],
    [['--to', 'ana@example.com', '--file', 'missing.html'], 'The file of --file cannot be read'],
  ])('%j is refused', async (args, said) => {
    const home = await clinic()
    await refused(home, 2, ['email', ...args], said)
    expect(home.sandbox.store.messages()).toEqual([])
  })
})

describe('what the account has', () => {
  test('inboxes, team, fields, tags, lists and templates, by name and id', async () => {
    const home = await clinic()
    home.sandbox.store.fillList({ title: 'Regulars', phones: [ANA, BEN] })
    expect(await home.json<Tree[]>(0, 'inboxes')).toMatchObject([
      { id: 71, name: 'Front desk', members: [{ id: 501, name: 'Ana Duarte' }, {}, {}] },
      { id: 72, name: 'Billing' },
    ])
    expect(await home.json(0, 'team')).toMatchObject({
      id: 41,
      listSize: 10_000,
      members: [{ id: 501 }, {}, {}],
    })
    expect(await home.json<Tree[]>(0, 'fields')).toMatchObject([
      { id: 901, name: 'Plan', token: '{{Plan}}' },
      {},
      {},
    ])
    expect(await home.json<Tree[]>(0, 'tags')).toHaveLength(3)
    expect(await home.json<Tree[]>(0, 'lists')).toMatchObject([{ title: 'Regulars', members: 2 }])
    expect(await home.json<Tree[]>(0, 'lists', 'regulars')).toMatchObject([
      { phone: ANA, first: 'Ana' },
      { phone: BEN },
    ])
    expect(await home.json(0, 'templates', 'Office closed')).toMatchObject({ title: 'Office closed' })
    expect((await home.run('templates')).stdout).toContain('Plan renewal')
    await refused(home, 2, ['lists', 'Regular'], 'Did you mean "Regulars"?')
  })

  test('a name that several have is an error that lists them', async () => {
    const home = await clinic()
    for (const phone of [ANA, BEN]) home.sandbox.store.fillList({ title: 'Regulars', phones: [phone] })
    await refused(
      home,
      2,
      ['broadcast', '--list', 'Regulars', '--text', 'Hi', '--yes'],
      'ERR_NAME_AMBIGUOUS There are 2 lists named "Regulars": Regulars (42002), Regulars (42001).',
    )
  })
})

describe('api', () => {
  test('reads and writes by name, asks before a write, and checks the request', async () => {
    const home = await clinic()
    await refused(home, 2, ['api', 'tags.create', '--body', '{"tag":"Gold"}'], 'Add --yes')
    expect(await home.json(0, 'api', 'tags.create', '--body', '{"tag":"Gold"}', '--yes')).toMatchObject({
      id: 14,
    })
    expect(await home.json(0, 'api', 'tags.get', '--param', 'id=14')).toMatchObject({ name: 'Gold' })
    expect(
      await home.json<Tree[]>(
        0,
        'api',
        'messages.history',
        '--query',
        `phoneNumber=${ANA}`,
        '--query',
        'inboxID=71',
      ),
    ).toEqual([])
    await refused(
      home,
      2,
      ['api', 'tags.create', '--body', '{}', '--yes'],
      'tags: tag is required, as text. Nothing was sent.',
    )
    await refused(home, 2, ['api', 'tag.create'], 'Did you mean tags.create?')
    expect((await home.run('api')).stdout).toContain('/v1/message/send')
  })

  test('opts nobody back in, and sends no messages past the record', async () => {
    const home = await clinic()
    home.sandbox.store.stop(ANA)
    const id = home.sandbox.store.contact(ANA)?.id ?? 0
    const writing = (name: string, body: object, ...more: string[]) => [
      'api',
      name,
      ...more,
      '--yes',
      '--body',
      JSON.stringify(body),
    ]
    await refused(home, 2, writing('messages.send', {}), 'heysync send, heysync broadcast')
    await refused(home, 2, writing('status.set', { id, status: 'subscribed' }), 'ERR_OPTED_OUT')
    await refused(home, 2, writing('contacts.create', { phone: ANA, is_opted_out: false }), 'ERR_OPTED_OUT')
    await refused(home, 2, writing('contacts.create', { phone: ANA }), 'Add "is_opted_out": true')
    await refused(
      home,
      2,
      writing('contacts.batch', [{ phone: BEN }, { phone: ANA }], '--query', 'overwrite=true'),
      'ERR_OPTED_OUT',
    )
    await home.json(0, ...writing('contacts.update', { phone: ANA, first: 'Anna' }, '--param', `id=${id}`))
    expect(home.sandbox.store.contact(ANA)).toMatchObject({
      first: 'Anna',
      last: 'Diaz',
      display_name: 'Anna Diaz',
      custom: { 901: 'Premium' },
      is_opted_out: true,
    })
  })

  test('remembers the STOP of a contact that it deletes', async () => {
    const home = await clinic()
    home.sandbox.store.stop(ANA)
    const id = home.sandbox.store.contact(ANA)?.id ?? 0
    await home.json(0, 'api', 'contacts.remove', '--param', `id=${id}`, '--yes')
    await refused(home, 2, ['send', '--to', ANA, '--text', 'Hi'], 'ERR_OPTED_OUT')
  })
})
