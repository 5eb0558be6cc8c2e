// Owns the text of the first heysync.yaml, with the comments that a newcomer needs. Pure.
import { stringify } from 'yaml'
import { type Draft, type Habits, type Mapping, PLAIN_FIELDS } from './draft.ts'

/** Without a mapping of the phone the text shows where one belongs. */
export function configText({ account, source, mapping, habits }: Draft): string {
  const auth = account.sandbox
    ? '{ secretId: sandbox, secretKey: sandbox-secret }'
    : '{ secretId: "${HEYMARKET_SECRET_ID}", secretKey: "${HEYMARKET_SECRET_KEY}" }   # from .env or the environment'
  const messaging = 'messaging: { inbox: Front desk, sender: ana@example.com }'
  const lines = [
    '# heysync: what to keep equal to what. docs/configuration.md explains every key.',
    '',
    'heymarket:',
    ...(account.baseUrl === null ? [] : [`  baseUrl: ${scalar(account.baseUrl)}`]),
    `  auth: ${auth}`,
    '',
    ...(mapping.defaultCountry === null
      ? [
          '# Country of numbers that carry none, e.g. US. Without it such a number is rejected, never guessed.',
          '#defaultCountry: US',
        ]
      : [`defaultCountry: ${scalar(mapping.defaultCountry)}   # of numbers that carry none`]),
    '',
    account.sandbox ? `${messaging}   # of the sandbox` : `#${messaging}   # what \`heysync send\` uses`,
    '',
    'sources:',
    `  - id: ${scalar(source.id)}`,
    `    connector: ${scalar(source.kind)}`,
    ...scheduleLines(habits),
    '    options:',
    ...indented(source.options, 6),
    ...(mapping.country === null ? [] : [`    country: ${scalar(mapping.country)}`]),
    '    map:   # a field of Heymarket: a field of the source, or an expression that begins with =',
    ...mapLines(mapping),
    `    onRemoved: ${habits.onRemoved}   # who left the source: keep | tag | removeFromLists | clear | delete`,
    ...(habits.removedTag === null ? [] : [`    removedTag: ${scalar(habits.removedTag)}`]),
    '',
    ...listLines(habits),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

function scheduleLines({ schedule, fullSchedule }: Habits): string[] {
  return [
    schedule === null
      ? '    #schedule: "*/5 * * * *"      # under `heysync run`: look for changes every five minutes'
      : `    schedule: ${JSON.stringify(schedule)}   # under \`heysync run\`: look for changes`,
    fullSchedule === null
      ? '    #fullSchedule: "0 3 * * *"    # and compare everything every night'
      : `    fullSchedule: ${JSON.stringify(fullSchedule)}   # and compare everything`,
  ]
}

function mapLines({ fields, custom }: Mapping): string[] {
  const customs = Object.entries(custom)
  return [
    ...PLAIN_FIELDS.flatMap((field) => {
      const names = fields[field] ?? (field === 'phone' ? ['phone'] : [])
      if (names.length === 0) return []
      const value = names.length === 1 ? scalar(names[0] ?? '') : `[${names.map(scalar).join(', ')}]`
      const why = field === 'phone' && names.length > 1 ? '   # the first that is a number' : ''
      return [`      ${field}: ${value}${why}`]
    }),
    ...(fields.tags === undefined ? ['      #tags: \'=record.vip == "1" ? ["VIP"] : []\''] : []),
    ...(customs.length === 0
      ? [
          '      #custom:',
          '      #  Plan: plan   # name of the custom field in Heymarket: field of the source',
        ]
      : [
          '      custom:   # by the name of the custom field in Heymarket',
          ...customs.map(([name, field]) => `        ${scalar(name)}: ${scalar(field)}`),
        ]),
  ]
}

function listLines({ lists }: Habits): string[] {
  if (lists.length === 0)
    return [
      '#lists:   # kept by rule; docs/configuration.md tells more',
      '#  - { title: Everybody, where: "!contact.optedOut" }',
    ]
  return [
    'lists:',
    ...lists.flatMap(({ title, where }) => [`  - title: ${scalar(title)}`, `    where: ${scalar(where)}`]),
  ]
}

function indented(value: unknown, by: number): string[] {
  return stringify(value, { lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
}

/** A YAML scalar that also may stand in [ ], quoted where it has to be. */
function scalar(text: string): string {
  if (/^https?:\/\/[\w.:/-]+$/.test(text)) return text
  const isPlain =
    /^[\w./][\w./ -]*$/.test(text) &&
    !/^(true|false|yes|no|y|n|null|on|off|~|[\d._]+(e\d+)?|0[xo].*)$/i.test(text)
  return isPlain && text === text.trim() ? text : JSON.stringify(text)
}
