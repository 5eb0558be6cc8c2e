// The fake organisation: tables with rows that show when they are committed, a recycle bin, and a log of deletions.
import { type Condition, type Literal, Malformed, parseSoql, type Selected, type Soql } from './soql.ts'

export type Value = string | number | boolean | null
export type Values = Record<string, Value>

export interface FieldInfo {
  readonly name: string
  readonly label: string
  readonly type: string
  readonly length: number
  readonly compoundFieldName: string | null
  readonly relationshipName: string | null
  readonly referenceTo: readonly string[]
}

/** Paths to values; datetimes in milliseconds. */
export type Row = () => ReadonlyMap<string, Value>

export interface Found {
  readonly sobject: string
  readonly columns: readonly Selected[]
  /** Each is made when it is looked at, so that a query which is under way takes no memory of note. */
  readonly rows: readonly Row[]
  readonly isCount: boolean
}

/** An error in the shape of the vendor's REST API. */
export class VendorError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

interface Version {
  readonly values: Values
  readonly shownAt: number
}

interface Table {
  readonly fields: Map<string, FieldInfo>
  readonly rows: Map<string, Version[]>
  readonly deletions: { id: string; at: number }[]
  readonly prefix: string
}

const SYSTEM = ['Id:id', 'IsDeleted:boolean', 'CreatedDate:datetime', 'SystemModstamp:datetime']
const PERSON = [
  'FirstName',
  'LastName',
  'Email:email',
  'Phone:phone',
  'MobilePhone:phone',
  'DoNotCall:boolean',
]
const ADDRESS = [
  'MailingStreet:textarea:255:MailingAddress',
  'MailingCity:string:40:MailingAddress',
  'MailingAddress:address',
]
const TABLES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  Contact: [
    '003',
    ...SYSTEM,
    ...PERSON,
    ...ADDRESS,
    'MasterRecordId:reference::>Contact:MasterRecord',
    'OwnerId:reference::>User:Owner',
    'AccountId:reference::>Account:Account',
    'IsPersonAccount:boolean',
    'SMS_Opt_Out__c:boolean',
    'Visits__c:double',
    'Born__c:date',
    'Seen__c:datetime',
    'Story__c:textarea:32000',
    'Photo__c:base64',
  ],
  Lead: [
    '00Q',
    ...SYSTEM,
    ...PERSON,
    'Company',
    'MasterRecordId:reference::>Lead:MasterRecord',
    'OwnerId:reference::>Group,User:Owner',
    'IsConverted:boolean',
    'ConvertedContactId:reference::>Contact:ConvertedContact',
    'ConvertedAccountId:reference::>Account:ConvertedAccount',
  ],
  Account: [
    '001',
    ...SYSTEM,
    'Name',
    'FirstName',
    'LastName',
    'IsPersonAccount:boolean',
    'PersonEmail:email',
    'PersonMobilePhone:phone',
    'PersonContactId:reference::>Contact:PersonContact',
    'MasterRecordId:reference::>Account:MasterRecord',
  ],
  User: ['005', ...SYSTEM, 'Name', 'Email:email', 'ProfileId', 'UserRoleId'],
  Group: ['00G', ...SYSTEM, 'Name', 'Email:email'],
  Campaign: ['701', ...SYSTEM, 'Name'],
  CampaignMember: [
    '00v',
    ...SYSTEM,
    'CampaignId:reference::>Campaign:Campaign',
    'ContactId:reference::>Contact:Contact',
    'LeadId:reference::>Lead:Lead',
  ],
  PermissionSetAssignment: ['0Pa', ...SYSTEM, 'PermissionSetId', 'AssigneeId'],
}

function fieldOf(text: string): FieldInfo {
  const [name = '', type = 'string', length = '', link = '', relation = ''] = text.split(':')
  return {
    name,
    label: name.replace(/__c$/, '').replace(/(?<=[a-z])(?=[A-Z])|_/g, ' '),
    type,
    length: Number(length || 255),
    compoundFieldName: link !== '' && !link.startsWith('>') ? link : null,
    relationshipName: relation || null,
    referenceTo: link.startsWith('>') ? link.slice(1).split(',') : [],
  }
}

export type Org = ReturnType<typeof openOrg>

export function openOrg(clock: { now(): number }) {
  const tables = new Map<string, Table>()
  for (const [name, [prefix, ...fields]] of Object.entries(TABLES)) {
    const infos = fields.map(fieldOf)
    tables.set(name, {
      prefix,
      fields: new Map(infos.map((info) => [info.name.toLowerCase(), info])),
      rows: new Map(),
      deletions: [],
    })
  }
  let last = 0
  const second = (ms: number) => Math.floor(ms / 1000) * 1000

  const table = (name: string): Table => {
    const found = [...tables].find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1]
    if (found === undefined)
      throw new VendorError(400, 'INVALID_TYPE', `sObject type '${name}' is not supported.`)
    return found
  }
  const latest = (sobject: string, id: string): Values => table(sobject).rows.get(id)?.at(-1)?.values ?? {}
  const commit = (sobject: string, id: string, values: Values, shownAt: number) => {
    const { rows } = table(sobject)
    rows.set(id, [...(rows.get(id) ?? []).slice(-1), { values, shownAt }])
  }
  const insert = (sobject: string, values: Values, when: { at?: number; shownAt?: number } = {}): string => {
    const { at = clock.now(), shownAt = clock.now() } = when
    const { prefix, fields } = table(sobject)
    last += 1
    const id = eighteen(`${prefix}5e00000${base62(last).padStart(5, '0')}`)
    const empty = Object.fromEntries(
      [...fields.values()].map(({ name, type }) => [name, type === 'boolean' ? false : null]),
    )
    const stamps = { Id: id, CreatedDate: second(at), SystemModstamp: second(at) }
    commit(sobject, id, { ...empty, ...values, ...stamps }, shownAt)
    return id
  }
  const update = (
    sobject: string,
    id: string,
    values: Values,
    when: { at?: number; shownAt?: number } = {},
  ) => {
    const { at = clock.now(), shownAt = clock.now() } = when
    commit(sobject, id, { ...latest(sobject, id), ...values, SystemModstamp: second(at) }, shownAt)
  }
  const remove = (sobject: string, id: string, more: Values = {}) => {
    update(sobject, id, { IsDeleted: true, ...more })
    table(sobject).deletions.push({ id, at: clock.now() })
  }

  /** The field and, behind a dot, that of whom it leads to. */
  const follow = (sobject: string, values: Values, path: string): Value => {
    const [first = '', ...rest] = path.split('.')
    const { fields } = table(sobject)
    if (rest.length === 0) {
      const info = fields.get(first.toLowerCase())
      if (info === undefined) throw noColumn(first, sobject)
      return values[info.name] ?? null
    }
    const link = [...fields.values()].find(
      ({ relationshipName }) => relationshipName?.toLowerCase() === first.toLowerCase(),
    )
    if (link === undefined)
      throw new VendorError(400, 'INVALID_FIELD', `Didn't understand relationship '${first}' in field path.`)
    for (const target of link.referenceTo) {
      const related = table(target).rows.get(String(values[link.name]))?.at(-1)?.values
      if (related !== undefined) return follow(target, related, rest.join('.'))
    }
    return null
  }

  const holds = (sobject: string, values: Values, condition: Condition): boolean => {
    if (condition.op === 'and') return condition.sides.every((side) => holds(sobject, values, side))
    if (condition.op === 'or') return condition.sides.some((side) => holds(sobject, values, side))
    if (condition.op === 'not') return !holds(sobject, values, condition.side)
    const value = follow(sobject, values, condition.field)
    return condition.with === 'IN'
      ? condition.values.some((one) => compare(value, one) === 0)
      : HOLDS[condition.with]?.(compare(value, condition.values[0] ?? null), value === null) === true
  }

  const visible = (sobject: string, all: boolean): Values[] =>
    [...table(sobject).rows.values()].flatMap((versions) => {
      const shown = versions.findLast(({ shownAt }) => shownAt <= clock.now())
      return shown === undefined || (!all && shown.values.IsDeleted === true) ? [] : [shown.values]
    })

  const query = (text: string, all: boolean): Found => {
    const soql = parsed(text)
    const found = visible(soql.from, all).filter(
      (values) => soql.where === null || holds(soql.from, values, soql.where),
    )
    checkColumns(soql)
    if (soql.where !== null) checkFields(soql.from, soql.where)
    const by = soql.orderBy
    if (by !== null) {
      const order = soql.descending ? -1 : 1
      found.sort((a, b) => order * compare(follow(soql.from, a, by), literalOf(follow(soql.from, b, by))))
    }
    const aggregate = soql.columns.some((column) => column.aggregate !== null)
    const limited = found.slice(0, soql.limit ?? found.length)
    const rows = aggregate
      ? [() => new Map(soql.columns.map((column) => [column.alias, aggregated(soql.from, found, column)]))]
      : limited.map(
          (values) => () => new Map(soql.columns.map(({ path }) => [path, follow(soql.from, values, path)])),
        )
    const isCount = aggregate && soql.columns[0]?.path === ''
    return { sobject: soql.from, columns: soql.columns, rows, isCount }
  }
  const checkColumns = ({ columns, from }: Soql) => {
    for (const { path } of columns) if (path !== '') follow(from, {}, path)
  }
  const checkFields = (sobject: string, condition: Condition): void => {
    if (condition.op === 'compare') follow(sobject, {}, condition.field)
    else if (condition.op === 'not') checkFields(sobject, condition.side)
    else for (const side of condition.sides) checkFields(sobject, side)
  }
  const aggregated = (sobject: string, rows: readonly Values[], { aggregate, path }: Selected): Value => {
    if (aggregate === 'COUNT') return rows.length
    const values = rows.map((row) => follow(sobject, row, path)).filter((value) => value !== null)
    return values.length === 0 ? null : Math.max(...values.map(Number))
  }

  return {
    tables,
    table,
    latest,
    insert,
    update,
    remove,
    query,
    visible,
    undelete: (sobject: string, id: string) => {
      update(sobject, id, { IsDeleted: false })
      const { deletions } = table(sobject)
      deletions.splice(0, deletions.length, ...deletions.filter((one) => one.id !== id))
    },
    /** Out of the recycle bin too. */
    purge: (sobject: string, id: string) => {
      table(sobject).rows.delete(id)
      const { deletions } = table(sobject)
      if (!deletions.some((one) => one.id === id)) deletions.push({ id, at: clock.now() })
    },
    merge: (sobject: string, loser: string, winner: string) => {
      remove(sobject, loser, { MasterRecordId: winner })
      update(sobject, winner, {})
    },
  }
}

const HOLDS: Readonly<Record<string, (order: number, isNull: boolean) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order, isNull) => !isNull && order < 0,
  '<=': (order, isNull) => !isNull && order <= 0,
  '>': (order, isNull) => !isNull && order > 0,
  '>=': (order, isNull) => !isNull && order >= 0,
}

const literalOf = (value: Value): Literal => value

function compare(value: Value, literal: Literal): number {
  const other = typeof literal === 'object' && literal !== null ? literal.instant : literal
  if (value === other) return 0
  if (value === null || other === null) return value === null ? -1 : 1
  // Text compares without regard to case, ids do not.
  const isId = typeof value === 'string' && /^\w{18}$/.test(value)
  const a = typeof value === 'string' && !isId ? value.toLowerCase() : value
  const b = typeof other === 'string' && !isId ? other.toLowerCase() : other
  return a === b ? 0 : a < b ? -1 : 1
}

function parsed(text: string): Soql {
  try {
    return parseSoql(text)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const from = Math.max(0, error.at - 40)
    const where = `\n${text.slice(from, error.at + 20)}\n${' '.repeat(error.at - from)}^`
    throw new VendorError(
      400,
      'MALFORMED_QUERY',
      `${where}\nERROR at Row:1:Column:${error.at + 1}\n${error.message}`,
    )
  }
}

function noColumn(name: string, sobject: string): VendorError {
  const advice =
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
  return new VendorError(400, 'INVALID_FIELD', `No such column '${name}' on entity '${sobject}'. ${advice}`)
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function base62(number: number): string {
  return number < 62 ? (DIGITS[number] ?? '') : base62(Math.floor(number / 62)) + (DIGITS[number % 62] ?? '')
}

/** Three characters that say which of fifteen are capitals. */
export function eighteen(id: string): string {
  const check = [id.slice(0, 5), id.slice(5, 10), id.slice(10, 15)].map((five) => {
    const bits = [...five].reverse().map((letter) => (letter >= 'A' && letter <= 'Z' ? '1' : '0'))
    return 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'.charAt(Number.parseInt(bits.join(''), 2))
  })
  return `${id}${check.join('')}`
}
