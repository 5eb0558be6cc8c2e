// Owns the step of the wizard that says what is what: a proposal, sample people before and after, and every line to be changed.
import type { Discovery } from '../../connector/contract.ts'
import { countryCode } from '../../sync/normalize/country.ts'
import type { FirstRecords } from '../first-records.ts'
import { type Pulled, sideBySide } from '../render-pulled.ts'
import { columns, many, wrap } from '../table-text.ts'
import { type Asking, lineWidth, sayTrouble } from './ask.ts'
import type { AnsweredAccount } from './ask-account.ts'
import { type AnsweredSource, columnChoices } from './ask-source.ts'
import {
  type Draft,
  type Mapping,
  PLAIN_FIELDS,
  type PlainField,
  type SourceDraft,
  USUAL_HABITS,
} from './draft.ts'
import { mappingGiven } from './given.ts'
import { firstOf, normalizerOf } from './look.ts'
import { optionForm } from './option-form.ts'
import { proposeMapping } from './propose-mapping.ts'

export interface AnsweredMapping {
  readonly mapping: Mapping
  /** With what has to be read for the mapping. */
  readonly source: SourceDraft
}

const ABOUT: Readonly<Record<PlainField, string>> = {
  phone: 'the number; of several, the first that is one',
  first: 'first name',
  last: 'last name',
  displayName: 'name as one text',
  email: 'e-mail',
  optedOut: 'must not be texted',
  assignee: 'e-mail or name of the team member',
  tags: 'tags, separated by commas',
}

export async function askMapping(
  asking: Asking,
  { account }: AnsweredAccount,
  answered: AnsweredSource,
): Promise<AnsweredMapping> {
  const { ask, io, given, world } = asking
  const { connector, found, secrets } = answered
  const defaultCountry = given.country ?? (await askCountry(asking))
  let mapping = mappingGiven(
    proposeMapping(found.fields, { customFields: account.customFields, defaultCountry }),
    given,
  )
  let source = answered.source
  let records: FirstRecords | null = null
  for (;;) {
    const draft: Draft = { account, source, mapping, habits: USUAL_HABITS, secrets }
    ask.say(mappingTable(mapping, found, asking))
    try {
      const normalizer = normalizerOf(draft, world)
      records ??= await ask.busy('Reading the first people', () => firstOf(source, connector, secrets, world))
      const unread = unreadFields(normalizer.fields, records, found)
      const wider = unread.length === 0 ? null : readMore(source, connector, unread)
      if (wider !== null) {
        source = wider
        records = null
        continue
      }
      const pulled = records.records.map((record) => ({ record, result: normalizer.normalize(record) }))
      const only = new Set(normalizer.fields.map(({ path }) => path.split('.')[0] ?? path))
      ask.say(peopleText(pulled, records, only, io))
    } catch (error) {
      sayTrouble(asking, error, secrets.values())
    }
    const next = await ask.pick({
      message: 'Is that right?',
      choices: [
        { value: 'yes', label: 'Yes, go on' },
        { value: 'field', label: 'Change a line' },
        { value: 'custom', label: 'Add a custom field' },
        { value: 'country', label: 'Another country for numbers that name none' },
      ],
      initial: mapping.fields.phone === undefined ? 'field' : 'yes',
    })
    if (next === 'yes' && mapping.fields.phone === undefined)
      ask.warn('Without a phone nobody can become a contact: say which field holds it.')
    else if (next === 'yes') return { mapping, source }
    else if (next === 'country') mapping = { ...mapping, defaultCountry: await askCountry(asking) }
    else if (next === 'custom') mapping = await askCustom(asking, mapping, account.customFields, found)
    else mapping = await askLine(asking, mapping, found)
  }
}

async function askCountry({ ask, io }: Asking): Promise<string | null> {
  const likely = /^[a-z]{2}_([A-Z]{2})\b/.exec(io.env.LC_ALL || io.env.LANG || '')?.[1] ?? 'US'
  const typed = await ask.text({
    message: 'Country of numbers that name none (empty: they are rejected)',
    initial: likely,
    check: (text) =>
      text.trim() === '' || countryCode(text) !== null
        ? undefined
        : 'No country that is known, such as US or Germany.',
  })
  return typed === '' ? null : typed
}

function mappingTable(mapping: Mapping, { fields }: Discovery, { io }: Asking): string {
  const { color } = io
  const samples = (names: readonly string[]) =>
    fields
      .filter(({ name }) => names.includes(name))
      .flatMap((one) => one.samples)
      .slice(0, 2)
      .join(' · ')
  const row = (field: string, names: readonly string[]) => [
    color.cyan(field),
    names.length === 0 ? color.dim('—') : names.join(', '),
    color.dim(samples(names)),
  ]
  const rows = [
    ...PLAIN_FIELDS.filter((field) => field !== 'displayName' || mapping.fields[field] !== undefined).map(
      (field) => row(field, mapping.fields[field] ?? []),
    ),
    row('country', mapping.country === null ? [] : [mapping.country]),
    ...Object.entries(mapping.custom).map(([name, from]) => row(name, [from])),
  ]
  const none = fields.map(({ name }) => name).filter((name) => !usedNames(mapping).has(name))
  const rest = none.length === 0 ? '' : `\n${color.dim(clipNames(none, lineWidth(io)))}`
  return `${color.bold('Heymarket ← source')}\n${columns(rows, '  ', lineWidth(io))}${rest}`
}

function clipNames(names: readonly string[], width: number): string {
  const shown = names.slice(0, 12).join(', ')
  const more = names.length > 12 ? ` and ${names.length - 12} more` : ''
  return wrap(`Not used: ${shown}${more}`, width)
}

function usedNames({ fields, custom, country }: Mapping): ReadonlySet<string> {
  return new Set([
    ...Object.values(fields).flat(),
    ...Object.values(custom),
    ...(country === null ? [] : [country]),
  ])
}

/** Two who become contacts and one who does not, each beside what the source says. */
function peopleText(
  pulled: readonly Pulled[],
  { bad, ended }: FirstRecords,
  only: ReadonlySet<string>,
  io: Asking['io'],
): string {
  if (pulled.length === 0) return ended ? 'The source shows nobody yet.' : 'No record came.'
  const { color } = io
  const good = pulled.filter(({ result }) => result.kind === 'contact')
  const rejected = pulled.filter(({ result }) => result.kind === 'rejected')
  const of = ended ? `All ${many(pulled.length, 'record')}` : `The first ${many(pulled.length, 'record')}`
  const unread = bad.length === 0 ? '' : `, ${many(bad.length, 'row')} cannot be read`
  const head = `${of}: ${color.green(many(good.length, 'contact'))}, ${rejected.length > 0 ? color.red(`${rejected.length} rejected`) : '0 rejected'}${unread}`
  const shown = [...good.slice(0, 2), ...rejected.slice(0, 1)]
  const view = { color, columns: lineWidth(io) }
  return [head, ...shown.map((one) => sideBySide(one, view, only))].join('\n\n')
}

async function askLine(asking: Asking, mapping: Mapping, found: Discovery): Promise<Mapping> {
  const { ask } = asking
  const line = await ask.pick<string>({
    message: 'Which line?',
    choices: [
      ...PLAIN_FIELDS.map((field) => ({
        value: field,
        label: field,
        hint: `${ABOUT[field]}: ${mapping.fields[field]?.join(', ') ?? 'none'}`,
      })),
      { value: 'country', label: 'country', hint: `of the number: ${mapping.country ?? 'none'}` },
      ...Object.entries(mapping.custom).map(([name, from]) => ({
        value: `custom.${name}`,
        label: name,
        hint: from,
      })),
    ],
  })
  const names = await askFields(asking, found, line === 'phone')
  if (line === 'country') return { ...mapping, country: names[0] ?? null }
  if (line.startsWith('custom.')) {
    const { [line.slice('custom.'.length)]: _, ...rest } = mapping.custom
    const from = names[0]
    return {
      ...mapping,
      custom: from === undefined ? rest : { ...mapping.custom, [line.slice('custom.'.length)]: from },
    }
  }
  const { [line as PlainField]: _, ...others } = mapping.fields
  return { ...mapping, fields: names.length === 0 ? others : { ...mapping.fields, [line]: names } }
}

async function askCustom(
  asking: Asking,
  mapping: Mapping,
  known: readonly string[],
  found: Discovery,
): Promise<Mapping> {
  const { ask } = asking
  const free = known.filter((name) => mapping.custom[name] === undefined)
  const picked =
    free.length === 0
      ? null
      : await ask.pick<string | null>({
          message: 'Which custom field of the account?',
          choices: [
            ...free.map((name) => ({ value: name, label: name })),
            {
              value: null,
              label: 'One that is not there yet',
              hint: '`heysync check --create-fields` makes it',
            },
          ],
        })
  const name =
    picked ??
    (await ask.text({
      message: 'Its name in Heymarket',
      check: (typed) => (typed.trim() === '' ? 'It cannot be empty.' : undefined),
    }))
  const from = (await askFields(asking, found, false))[0]
  return from === undefined ? mapping : { ...mapping, custom: { ...mapping.custom, [name]: from } }
}

const NONE = ''
const EXPRESSION = '='

/** Fields of the source, or an expression; several only where the first that fits is taken. */
async function askFields(
  { ask }: Asking,
  { fields }: Discovery,
  several: boolean,
): Promise<readonly string[]> {
  const names: string[] = []
  for (;;) {
    const more = names.length > 0
    const name = await ask.pick({
      message: more ? 'And where that holds no number?' : 'Which field of the source?',
      choices: [
        ...(more ? [{ value: NONE, label: 'Nothing else' }] : []),
        ...columnChoices(fields.filter((one) => !names.includes(one.name))),
        ...(more ? [] : [{ value: NONE, label: 'None' }]),
        { value: EXPRESSION, label: 'An expression', hint: '=record.vip == "1" ? ["VIP"] : []' },
      ],
    })
    if (name === NONE) return names
    names.push(
      name === EXPRESSION
        ? await ask.text({
            message: 'An expression (CEL) begins with =; docs/mapping.md has examples.',
            initial: '=record.',
            check: (typed) => (typed.startsWith('=') ? undefined : 'It begins with =.'),
          })
        : name,
    )
    if (!several) return names
  }
}

/** Fields that the mapping names, the source has, and no record showed: it has to be asked for them. */
function unreadFields(
  named: readonly { readonly path: string }[],
  { records }: FirstRecords,
  { fields }: Discovery,
): string[] {
  if (records.length === 0) return []
  const shown = new Set(records.flatMap((record) => Object.keys(record.fields)))
  const names = new Set(named.map(({ path }) => path.split('.')[0] ?? path))
  return [...names].filter((name) => !shown.has(name) && fields.some((field) => field.name === name))
}

/** Options under which these are read as well; null where the connector has none for that, or names them already. */
function readMore(
  source: SourceDraft,
  { kind, options }: AnsweredSource['connector'],
  names: readonly string[],
): SourceDraft | null {
  const form = optionForm(kind, options)
  const key = ['properties', 'fields', 'columns', 'selectFields'].find((one) => form.isList(one))
  if (key === undefined) return null
  const held = (source.options[key] ?? form.usual(key) ?? []) as readonly string[]
  const missing = names.filter((name) => !held.includes(name))
  return missing.length === 0
    ? null
    : { ...source, options: { ...source.options, [key]: [...held, ...missing] } }
}
