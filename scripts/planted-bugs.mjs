// Proves that the simulation finds bugs: each of these is planted in a copy of the tree, and histories are lived through
// until one of them breaks a rule.
//
//   node scripts/planted-bugs.mjs [name …]        takes some minutes
//   node scripts/planted-bugs.mjs --check         only looks whether each can still be planted
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const COPIED = ['src', 'connectors', 'test', 'scripts', 'package.json', 'tsconfig.json', 'vitest.config.ts']
const MOST_HISTORIES = 3000

/** What is taken away, where, and what stands there instead. */
const BUGS = {
  overlap: {
    file: 'src/sync/pull/pull.ts',
    text: ' - overlapSeconds(mirror, source.config, startedAt) * 1000',
    planted: '',
  },
  'read-back': {
    file: 'src/sync/push/outcome.ts',
    text: 'if (outcomeUnknown(error)) return settle(deps, operation, error)',
    planted: "if (outcomeUnknown(error)) { retryLater(deps, operation, 'pending', error); return false }",
  },
  'second-look': {
    file: 'src/sync/push/outcome.ts',
    text: "found === 'absent' && operation.state !== 'unsettled'",
    planted: "found === 'absent' && operation.state === 'in_flight'",
  },
  consent: {
    file: 'src/sync/pull/save-page.ts',
    text: '    for (const one of [phone, ...further]) records.markDirty(one)\n',
    planted:
      "    for (const one of [phone, ...further]) {\n      records.markDirty(one)\n      if (!result.contact.optedOut) mirror.consent.allow(one, 'the record says so', 0)\n    }\n",
  },
  guard: {
    file: 'src/sync/guard/guard.ts',
    text: 'return (n > dial.ratio * total && n >= dial.min) || (dial.count !== undefined && n > dial.count)',
    planted: 'return dial.count !== undefined && n > dial.count + total',
  },
  'full-body': {
    file: 'src/sync/push/send.ts',
    text: 'client.contacts.update(change.contactId, write.body, write.overwrite)',
    planted:
      'client.contacts.update(change.contactId, { phone: write.body.phone, first: write.body.first, last: write.body.last } as typeof write.body, write.overwrite)',
  },
  replace: {
    file: 'src/sync/outbox/outbox.ts',
    text: 'kind = excluded.kind, change = excluded.change, change_hash = excluded.change_hash,',
    planted: 'kind = kind,',
  },
  proof: {
    file: 'src/sync/pull/pull.ts',
    text: '    checkEnd(end, ',
    planted: "    if (full) end ??= { covers: 'everything', count: null }\n    checkEnd(end, ",
  },
  'list-members': {
    file: 'src/sync/lists/push-lists.ts',
    text: '{ add_contacts: add }',
    planted: '({ contacts: add } as object)',
  },
  'list-second-look': {
    file: 'src/sync/lists/push-lists.ts',
    text: 'if (found !== undefined || !shown) return found',
    planted: 'if (found !== undefined || shown) return found',
  },
}

/** What is written in the file once the bug is planted. Throws where it cannot be. */
function withBug(root, { file, text, planted }) {
  const before = readFileSync(join(root, file), 'utf8')
  if (before.split(text).length !== 2) throw new Error(`${file} does not hold this text once: ${text}`)
  return before.replace(text, () => planted)
}

function copyWith(bug) {
  const folder = mkdtempSync(join(tmpdir(), 'heysync-planted-'))
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, bug.file), withBug(folder, bug))
  return folder
}

/** What the first broken rule is, and how to see it; null when no history broke any. */
function hunt(folder) {
  const { stdout, stderr } = spawnSync(
    'npx',
    ['vitest', 'run', '--maxWorkers=1', 'test/simulation/world.test.ts'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        HEYSYNC_SIM_SEED: '1',
        HEYSYNC_SIM_COUNT: String(MOST_HISTORIES),
        NO_COLOR: '1',
      },
    },
  )
  const said = `${stdout}\n${stderr}`
  const found = /Error: (.*)\n\s*history (\d+) of \d+; replay: (.*)/.exec(said)
  if (found) return { rule: found[1], histories: Number(found[2]), command: found[3] }
  if (/1 passed/.test(said)) return null
  throw new Error(`The simulation did not run: ${said}`)
}

function huntAll(names) {
  let missed = 0
  for (const [name, bug] of Object.entries(BUGS)) {
    if (names.length > 0 && !names.includes(name)) continue
    const folder = copyWith(bug)
    try {
      const found = hunt(folder)
      if (found === null) missed += 1
      process.stdout.write(
        found === null
          ? `${name}: NOT found in ${MOST_HISTORIES} histories\n`
          : `${name}: found in history ${found.histories}\n  ${found.rule}\n  ${found.command}\n`,
      )
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return missed === 0
}

function checkAll() {
  for (const bug of Object.values(BUGS)) withBug(ROOT, bug)
  return true
}

const words = process.argv.slice(2)
process.exitCode = (words[0] === '--check' ? checkAll() : huntAll(words)) ? 0 : 1
