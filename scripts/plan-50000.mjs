// A large plan from end to end: 50,000 changes, and what they mean for two lists, are planned by the built program against
// its own sandbox; then people edit 7 of the contacts in Heymarket, delete 2 and opt 3 out; then the plan is applied. The
// plan has to fit one screen and the file to hold every change; exactly what moved has to be refused, and everything else
// to be done. Prints what it found; exit code 1 on a difference.
//
//   npm run build && node scripts/plan-50000.mjs [changes]        50,000 changes unless it is given
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { openHeymarket } from '../dist/src/heymarket/open.js'
import { startSandbox } from '../dist/src/sandbox/server.js'

const program =
  process.env.HEYSYNC_TEST_PROGRAM ?? fileURLToPath(new URL('../dist/src/main.js', import.meta.url))
const CHANGES = Number(process.argv[2] ?? 50_000)
const COUNT = {
  update: Math.round(CHANGES * 0.18),
  remove: Math.round(CHANGES * 0.01),
  optOut: Math.round(CHANGES * 0.01),
  kept: Math.round(CHANGES * 0.02),
}
const HUMAN = { edited: 7, deleted: 2, optedOut: 3 }
const SCREEN = { lines: 40, columns: 100 }
const FAST = 100_000_000

const number = (value) => value.toLocaleString('en-US')
const say = (text) => process.stdout.write(`${text}\n`)
let differences = 0
function check(what, found, wanted) {
  if (isDeepStrictEqual(found, wanted)) return say(`  as it should be: ${what}`)
  differences += 1
  const brief = (value) => JSON.stringify(value)?.slice(0, 400)
  say(`  DIFFERENT: ${what}\n    found  ${brief(found)}\n    wanted ${brief(wanted)}`)
}

/** Everybody, with what the file says of them before and after; null: they are not in it. */
function everybody() {
  const kinds = ['update', 'remove', 'optOut', 'kept'].flatMap((kind) => Array(COUNT[kind]).fill(kind))
  kinds.push(...Array(CHANGES - COUNT.update - COUNT.remove - COUNT.optOut).fill('create'))
  return kinds.map((kind, at) => {
    const row = { first: `First${at}`, plan: at % 2 === 0 ? 'Basic' : 'Gold', stop: '' }
    const flipped = at % 5 === 0 ? (row.plan === 'Gold' ? 'Basic' : 'Gold') : row.plan
    const after = { ...row, first: kind === 'update' ? `New${at}` : row.first }
    if (kind === 'update') after.plan = flipped
    if (kind === 'optOut') after.stop = 'yes'
    return {
      kind,
      phone: String(14_152_000_000 + at),
      before: kind === 'create' ? null : row,
      after: kind === 'remove' ? null : after,
    }
  })
}

function writeFile(folder, people, when) {
  const rows = people.flatMap(({ phone, ...person }) => {
    const row = person[when]
    return row === null ? [] : [`${phone},${phone},${row.first},${row.plan},${row.stop}`]
  })
  writeFileSync(join(folder, 'people.csv'), `id,phone,first,plan,stop\n${rows.join('\n')}\n`)
}

function writeConfig(folder, url) {
  const wide = '{ ratio: 1, min: 1000000000 }'
  writeFileSync(
    join(folder, 'heysync.yaml'),
    `heymarket: { baseUrl: "${url}", auth: { secretId: sandbox, secretKey: sandbox-secret }, requestsPerMinute: ${FAST} }
defaultCountry: US
sources:
  - id: people
    connector: csv
    options: { path: ./people.csv, idColumn: id, snapshot: true }
    map: { phone: phone, first: first, optedOut: '=record.stop == "yes"', custom: { Plan: plan } }
    onRemoved: clear
lists:
  - { title: Gold, where: 'contact.custom["Plan"] == "Gold" && !contact.optedOut' }
  - { title: Everybody, where: '!contact.optedOut' }
guard: { removals: ${wide}, listRemovals: ${wide}, updates: ${wide}, blanks: ${wide}, optOuts: ${wide} }
`,
    { mode: 0o600 },
  )
}

/** Runs the program, and watches how much memory it takes. */
async function heysync(folder, ...args) {
  const startedAt = Date.now()
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, COLUMNS: String(SCREEN.columns) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  let peak = 0
  const look = setInterval(() => {
    peak = Math.max(peak, residentMegabytes(child.pid))
  }, 50)
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  const [code] = await once(child, 'close')
  clearInterval(look)
  return { code, stdout, stderr, seconds: (Date.now() - startedAt) / 1000, peak }
}

/** 0 where the system does not tell. */
function residentMegabytes(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}

const onGold = (row) => row !== null && row.plan === 'Gold' && row.stop === ''
const onEverybody = (row) => row !== null && row.stop === ''
const LISTS = [
  { title: 'Gold', has: onGold },
  { title: 'Everybody', has: onEverybody },
]

/** What the plan has to say, worked out from the two files alone. */
function expected(people) {
  const changes = people.flatMap(({ kind, phone, before, after }) => {
    if (kind === 'kept') return []
    const fields =
      kind === 'create'
        ? [`first  ${after.first}`, `custom.Plan  ${after.plan}`]
        : kind === 'remove'
          ? [`first ${before.first} `, `custom.Plan ${before.plan} `]
          : [
              ...(before.first === after.first ? [] : [`first ${before.first} ${after.first}`]),
              ...(before.plan === after.plan ? [] : [`custom.Plan ${before.plan} ${after.plan}`]),
              ...(after.stop === '' ? [] : ['optedOut  true']),
            ]
    return [`${kind === 'optOut' ? 'update' : kind} ${phone}: ${fields.sort().join(', ')}`]
  })
  const members = LISTS.flatMap(({ title, has }) =>
    people.flatMap(({ phone, before, after }) =>
      has(before) === has(after) ? [] : [`${title} ${has(after) ? 'add' : 'remove'} ${phone}`],
    ),
  )
  return { changes: changes.sort(), members: members.sort() }
}

function described({ changes, members }) {
  return {
    changes: changes
      .map(({ kind, phone, fields }) => {
        const each = fields.map(({ field, before, after }) => `${field} ${before} ${after}`)
        return `${kind} ${phone}: ${each.sort().join(', ')}`
      })
      .sort(),
    members: members.map(({ list, what, phone }) => `${list} ${what} ${phone}`).sort(),
  }
}

/** What people do in Heymarket between plan and apply. */
async function moveSome(url, people) {
  const client = openHeymarket({
    baseUrl: url,
    auth: { secretId: 'sandbox', secretKey: 'sandbox-secret' },
    requestsPerMinute: FAST,
  })
  const updated = people.filter(({ kind }) => kind === 'update')
  const some = Array.from(
    { length: HUMAN.edited + HUMAN.deleted + HUMAN.optedOut },
    (_, at) => updated[at * 5],
  )
  const edited = some.slice(0, HUMAN.edited)
  const deleted = some.slice(HUMAN.edited, HUMAN.edited + HUMAN.deleted)
  const optedOut = some.slice(HUMAN.edited + HUMAN.deleted)
  for (const { phone } of edited) {
    const { id, last, custom } = await client.contacts.lookUp(phone)
    await client.contacts.update(id, { phone, first: 'Typed', last, custom }, false)
  }
  for (const { phone } of deleted) await client.contacts.remove((await client.contacts.lookUp(phone)).id)
  for (const { phone } of optedOut) await client.status.unsubscribe((await client.contacts.lookUp(phone)).id)
  client.close()
  const phones = (some) => new Set(some.map(({ phone }) => phone))
  return { edited: phones(edited), deleted: phones(deleted), optedOut: phones(optedOut) }
}

function refusalsExpected(people, { edited, deleted, optedOut }) {
  return people
    .flatMap(({ phone, before, after }) => {
      const adds = LISTS.filter(({ has }) => !has(before) && has(after))
      if (edited.has(phone)) return [`update ${phone}: first`]
      if (deleted.has(phone))
        return [`update ${phone}: contact`, ...adds.map(() => `listAdd ${phone}: contact`)]
      if (optedOut.has(phone))
        return [`update ${phone}: optedOut`, ...adds.map(() => `listAdd ${phone}: optedOut`)]
      return []
    })
    .sort()
}

/** Every contact as it has to be in the end. */
function contactsExpected(people, { edited, deleted, optedOut }) {
  return people
    .filter(({ phone }) => !deleted.has(phone))
    .map(({ kind, phone, before, after }) => {
      if (edited.has(phone)) return `${phone} Typed ${before.plan} false`
      if (optedOut.has(phone)) return `${phone} ${before.first} ${before.plan} true`
      if (kind === 'remove') return `${phone}   false`
      return `${phone} ${after.first} ${after.plan} ${after.stop === 'yes'}`
    })
    .sort()
}

/** Who has to be on a list in the end; whom people deleted or opted out is the account's own business. */
function membersExpected(people, has, { deleted, optedOut }) {
  return people
    .filter(({ phone, after }) => has(after) && !deleted.has(phone) && !optedOut.has(phone))
    .map(({ phone }) => phone)
    .sort()
}

const folder = mkdtempSync(join(tmpdir(), 'heysync-plan-'))
const sandbox = await startSandbox({
  port: 0,
  requestsPerMinute: FAST,
  dialects: { maxLimit: 1000, listSize: 1_000_000 },
})
try {
  const people = everybody()
  const changes = people.filter(({ kind }) => kind !== 'kept').length
  writeConfig(folder, sandbox.url)
  writeFile(folder, people, 'before')
  const first = await heysync(folder, 'sync', '--json')
  check('the account before: sync ends with 0', first.code, 0)
  writeFile(folder, people, 'after')

  say(`\nplan of ${number(changes)} changes`)
  const planned = await heysync(folder, 'plan', '--out', 'plan.json')
  const shown = (planned.stdout + planned.stderr).trimEnd().split('\n')
  say(`\n${shown.map((line) => `  │ ${line}`).join('\n')}\n`)
  say(`  ${planned.seconds.toFixed(1)} s, at most ${planned.peak} MB, ${shown.length} lines`)
  check('exit code 0', planned.code, 0)
  check(`one screen: at most ${SCREEN.lines} lines`, shown.length <= SCREEN.lines, true)
  const wide = shown.filter((line) => line.length > SCREEN.columns && !line.includes(folder))
  check(`no line is wider than ${SCREEN.columns}`, wide, [])
  const plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'))
  const [said, wanted] = [described(plan), expected(people)]
  check(`the file holds all ${number(changes)} changes, field by field`, said.changes, wanted.changes)
  check(
    `and all ${number(wanted.members.length)} members who get on a list or off it`,
    said.members,
    wanted.members,
  )
  const optsOut = ({ fields }) => fields.some(({ field }) => field === 'optedOut')
  check('opt-outs come first', plan.changes.slice(0, COUNT.optOut).every(optsOut), true)

  say(`\npeople edit ${HUMAN.edited}, delete ${HUMAN.deleted}, opt ${HUMAN.optedOut} out; then apply`)
  const moved = await moveSome(sandbox.url, people)
  const before = sandbox.store.requests().length
  const applied = await heysync(folder, 'apply', 'plan.json', '--json')
  const used = sandbox.store.requests().length - before
  const at450 = (requests) => `${number(requests)} requests (${Math.ceil(requests / 450)} min at 450)`
  say(
    `  ${applied.seconds.toFixed(1)} s, at most ${applied.peak} MB; said ${at450(plan.requests)}, sent ${at450(used)}`,
  )
  check('exit code 3', applied.code, 3)
  const outcome = JSON.parse(applied.stdout)
  const refused = outcome.refused.map(
    (one) => `${one.kind} ${one.phone}: ${one.moved.map(({ field }) => field)}`,
  )
  const refusals = refusalsExpected(people, moved)
  check(`refused is exactly what moved (${refusals.length})`, refused.sort(), refusals)
  check('nothing waits and nothing failed', [outcome.push.retrying, outcome.push.deadLettered], [0, 0])
  check(
    'every contact is as it should be',
    sandbox.store
      .contacts()
      .map(
        ({ phone, first, custom, is_opted_out }) =>
          `${phone} ${first} ${custom['901'] ?? ''} ${is_opted_out === true}`,
      )
      .sort(),
    contactsExpected(people, moved),
  )
  for (const { title, has } of LISTS) {
    const list = sandbox.store.lists().find((one) => one.title === title)
    const members = [...(list?.members ?? [])].filter(
      (phone) => !moved.deleted.has(phone) && !moved.optedOut.has(phone),
    )
    check(`and everybody on "${title}"`, members.sort(), membersExpected(people, has, moved))
  }
  const again = await heysync(folder, 'apply', 'plan.json', '--json')
  check('applied again: nothing is written', JSON.parse(again.stdout).push.acked, 0)
} finally {
  await sandbox.close()
  rmSync(folder, { recursive: true, force: true })
}
say(differences === 0 ? '\nno difference' : `\n${differences} DIFFERENT`)
process.exitCode = differences === 0 ? 0 : 1
