// Owns `erase`: a person is forgotten for good, here and in Heymarket.
import { type Erasure, erase as erasePerson, liftErase } from '../../erase/erase.ts'
import { toIso } from '../../lib/clock.ts'
import { type ExitCode, HeysyncError } from '../../lib/errors.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { phoneOf } from '../../messaging/phones.ts'
import { confirmAccount } from '../../sync/account.ts'
import type { ErasedMark } from '../../sync/mirror/erased.ts'
import { type Call, type Command, flag, text } from '../command.ts'
import type { Io } from '../io.ts'
import { confirmed, YES } from '../message-options.ts'
import { messagingDeps } from '../messaging.ts'
import { withApp } from '../open.ts'
import { columns, many } from '../table-text.ts'

export const erase: Command = {
  about:
    'Deletes everything that the database holds of a number and leaves a mark that recognises it without telling it: no sync, resync or message ' +
    'reaches the person from then on. With `--heymarket` their contact there is deleted too, after a question. The source is not touched, ' +
    'so delete them there as well; until then `rejections` lists the record as ERASED, without the number.',
  args: [{ name: 'phone', summary: 'in any spelling; not with --list', required: false }],
  options: [
    { flags: '--heymarket', summary: 'delete the contact in Heymarket too' },
    { flags: '--reason <text>', summary: 'why, for the record; it must not tell who it was' },
    { flags: '--undo', summary: 'lift the mark, so that the next sync may bring the person back' },
    { flags: '--list', summary: 'show when somebody was erased and why; nobody knows who' },
    YES,
  ],
  examples: [
    { line: 'heysync erase "+1 415 555 2671" --reason "asked by letter"', what: 'forget them here' },
    { line: 'heysync erase 14155552671 --heymarket', what: 'and delete the contact in Heymarket' },
    { line: 'heysync erase --list', what: 'how many, and when' },
    { line: 'heysync erase 14155552671 --undo', what: 'they want to be a customer again' },
  ],
  json: '`phone`, `erasedAt`, `forgotten` (rows by table), `others[]` (further numbers of their records), `deleted[]` and `left[]` (ids in Heymarket), `takenBack` (scheduled messages), `scrubbed`; with --undo `phone`, `lifted`; with --list a list of `at`, `reason`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const { mirror, lookups } = app.engine
      if (flag(call, 'list')) return printMarks(call, io, mirror.erased.all())
      const typed = call.args.join(' ')
      if (typed === '') {
        throw new HeysyncError('ERR_USAGE', {
          message: 'Whom to erase?',
          hint: 'heysync erase <phone>, or heysync erase --list',
        })
      }
      const phone = phoneOf(typed, app.loaded.config.defaultCountry)
      const undo = flag(call, 'undo')
      const inHeymarket = flag(call, 'heymarket')
      const question = undo
        ? `Lift the erase of ${phone}? The next sync may bring them back.`
        : `Erase ${phone} and delete the contact in Heymarket? This cannot be taken back.`
      if ((undo || inHeymarket) && !(await confirmed(call, io, question))) return 0
      const work = async (): Promise<ExitCode> => {
        if (undo) return printLifted(call, io, phone, liftErase(app.db, mirror, io.clock, phone))
        const deps = {
          db: app.db,
          messaging: messagingDeps(app, io),
          confirmAccount: () => confirmAccount(mirror, lookups, { customFields: [], tags: [] }),
        }
        const reason = text(call, 'reason') ?? ''
        return printErasure(call, io, phone, await erasePerson(deps, phone, { reason, inHeymarket }))
      }
      const wait = (holder: string) => io.say(`Waiting for ${holder} …`)
      // Neither a cycle nor a message may be under way that still knows them.
      return app.alone('heysync erase', () => app.sending('heysync erase', work, wait), wait)
    }),
}

function printErasure(call: Call, io: Io, phone: BareE164, erasure: Erasure): ExitCode {
  const { at, forgotten, others, deleted, left, takenBack, scrubbed } = erasure
  if (flag(call, 'json')) {
    const shown = { phone, erasedAt: toIso(at), forgotten, others, deleted, left, takenBack, scrubbed }
    io.data(`${JSON.stringify(shown, null, 2)}\n`)
    return 0
  }
  const { color } = io
  const rows = Object.values(forgotten).reduce((sum, n) => sum + n, 0)
  const known = rows === 0 ? 'Nothing was known of it here' : `${many(rows, 'row')} forgotten`
  io.data(`${color.green('✓')} ${color.bold(phone)} is erased. ${known}.\n`)
  if (takenBack > 0) io.data(`  ${many(takenBack, 'scheduled message')} to them taken back\n`)
  if (deleted.length > 0) {
    io.data(`  deleted in Heymarket: contact ${deleted.join(', ')}\n`)
    io.say(
      color.dim(
        '  Whether Heymarket deletes the conversation with it depends on the account and is not documented clearly: look there.',
      ),
    )
  }
  if (left.length > 0) {
    io.say(
      `${color.yellow('●')} Contact ${left.join(', ')} is still in Heymarket. To delete it there: ${color.cyan(`heysync erase ${phone} --heymarket`)}`,
    )
  }
  if (others.length > 0) {
    io.say(
      `${color.yellow('●')} Their records have more numbers, each a contact of its own: ${others.map((one) => color.cyan(`heysync erase ${one}`)).join(', ')}`,
    )
  }
  if (!scrubbed) {
    io.say(
      `${color.yellow('●')} Another process reads the database, so its files may still hold what was deleted. Run the same command again when it is done.`,
    )
  }
  io.say(color.dim('  Copies and backups of the database still hold them, and so does the source.'))
  return 0
}

function printLifted(call: Call, io: Io, phone: BareE164, lifted: boolean): ExitCode {
  if (flag(call, 'json')) io.data(`${JSON.stringify({ phone, lifted }, null, 2)}\n`)
  else if (lifted)
    io.data(
      `${io.color.green('✓')} The mark of ${phone} is lifted. The next sync reads both sides in full.\n`,
    )
  else io.data(`${phone} was not erased. Nothing was changed.\n`)
  return 0
}

function printMarks(call: Call, io: Io, marks: readonly ErasedMark[]): ExitCode {
  if (flag(call, 'json')) {
    const shown = marks.map(({ at, reason }) => ({ at: toIso(at), reason }))
    io.data(`${JSON.stringify(shown, null, 2)}\n`)
    return 0
  }
  const rows = marks.map(({ at, reason }) => [toIso(at).slice(0, 16).replace('T', ' '), reason])
  io.data(marks.length === 0 ? 'Nobody was erased.\n' : `${columns(rows)}\n`)
  if (marks.length > 0)
    io.say(`${many(marks.length, 'person was', 'people were')} erased. Nothing tells who they were.`)
  return 0
}
