// Owns the simulated world: a sandbox, a folder with config and csv files, a clock that jumps, and the story that
// every simulation tells: a first sync onto a used account, then edits, then people who leave.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { pino } from 'pino'
import { ulid } from 'ulid'
import { expect, onTestFinished } from 'vitest'
import { type App, openApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Clock } from '../../src/lib/clock.ts'
import type { ContactState } from '../../src/sandbox/inspect.ts'
import {
  type RequestEntry,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../src/sandbox/server.ts'
import { type CycleOutcome, runCycle } from '../../src/sync/cycle.ts'
import { connectors } from '../support/connectors.ts'

export interface JumpingClock extends Clock {
  advance(ms: number): void
}

/** The real hour, but whoever sleeps finds the time gone by at once. It never goes back. */
function jumpingClock(): JumpingClock {
  let ahead = 0
  const now = () => Date.now() + ahead
  return {
    now,
    sleep: async (ms, signal) => {
      const until = now() + Math.ceil(ms)
      await turn()
      signal?.throwIfAborted()
      ahead += Math.max(0, until - now())
    },
    advance: (ms) => {
      ahead += ms
    },
  }
}

/** The rung of the removal ladder that a person's source has; each has a file of its own. */
export const RUNGS = ['delete', 'clear', 'tag'] as const
export type Rung = (typeof RUNGS)[number]

export interface Person {
  readonly rung: Rung
  readonly id: string
  readonly phone: string
  readonly first: string
  readonly last: string
  readonly email: string
  readonly plan: string
  readonly tags: readonly string[]
  readonly out: boolean
}

export interface World {
  readonly sandbox: Sandbox
  readonly clock: JumpingClock
  readonly folder: string
  /** Writes the csv files. */
  save(people: readonly Person[]): void
  /** One cycle in an app of its own, as each call of the command line has. */
  cycle(mode?: 'full' | 'incremental'): Promise<CycleOutcome>
  /** The same app for a look inside. */
  withApp<T>(work: (app: App) => Promise<T> | T): Promise<T>
  /** The database is deleted. */
  forget(): void
}

export interface WorldOptions extends Omit<SandboxOptions, 'port' | 'clock'> {
  /** What heysync allows itself; far beyond what a simulation sends unless given. */
  readonly ownRequestsPerMinute?: number
  /** `auto` unless given. */
  readonly writes?: 'auto' | 'single'
}

/** Opens a world that ends with the test. */
export async function openWorld({
  ownRequestsPerMinute = 100_000,
  writes = 'auto',
  ...options
}: WorldOptions = {}): Promise<World> {
  const clock = jumpingClock()
  const sandbox = await startSandbox({ requestsPerMinute: 100_000, ...options, port: 0, clock })
  const folder = mkdtempSync(join(tmpdir(), 'heysync-simulation-'))
  onTestFinished(async () => {
    await sandbox.close()
    rmSync(folder, { recursive: true, force: true })
  })
  writeFileSync(join(folder, 'heysync.yaml'), configText(sandbox.url, ownRequestsPerMinute, writes))
  const loaded = loadConfig({ path: join(folder, 'heysync.yaml'), env: {}, cwd: folder, connectors })
  const withApp = async <T>(work: (app: App) => Promise<T> | T): Promise<T> => {
    const signal = new AbortController().signal
    const app = openApp({ loaded, clock, random: () => 0.5, signal, log: pino({ level: 'silent' }) })
    try {
      return await work(app)
    } finally {
      app.close()
    }
  }
  return {
    sandbox,
    clock,
    folder,
    save: (people) => {
      for (const rung of RUNGS)
        writeFileSync(join(folder, `${rung}.csv`), csvText(people.filter((one) => one.rung === rung)))
    },
    withApp,
    cycle: (mode = 'incremental') =>
      withApp((app) =>
        runCycle(app.engine, {
          id: ulid(clock.now()),
          mode,
          trigger: 'test',
          sources: app.sourceIds([]),
          allowEmpty: [],
          planOnly: false,
        }),
      ),
    forget: () => {
      for (const end of ['', '-wal', '-shm']) rmSync(join(folder, `heysync.db${end}`), { force: true })
    },
  }
}

function configText(url: string, requestsPerMinute: number, writes: string): string {
  const source = (rung: Rung) => `
  - id: ${rung}
    connector: csv
    options: { path: ./${rung}.csv, idColumn: id }
    onRemoved: ${rung}${rung === 'tag' ? '\n    removedTag: Newsletter' : ''}
    map:
      phone: phone
      first: first
      last: last
      email: email
      optedOut: stop
      tags: tags
      custom: { Plan: plan }`
  return `heymarket:
  baseUrl: ${url}
  auth: { secretId: sandbox, secretKey: sandbox-secret }
  requestsPerMinute: ${requestsPerMinute}
  writes: ${writes}
database: ./heysync.db
defaultCountry: US
sources:${RUNGS.map(source).join('')}
`
}

function csvText(people: readonly Person[]): string {
  const rows = people.map((one) =>
    [
      one.id,
      one.phone,
      one.first,
      one.last,
      one.email,
      one.plan,
      one.tags.join(';'),
      one.out ? 'yes' : 'no',
    ].join(','),
  )
  return `${['id,phone,first,last,email,plan,tags,stop', ...rows].join('\n')}\n`
}

/** Requests that write, from place `from` of the ledger on. */
export function writes(sandbox: Sandbox, from = 0): RequestEntry[] {
  return sandbox.store
    .requests()
    .slice(from)
    .filter(({ method, path }) => {
      return (
        method === 'PUT' ||
        method === 'DELETE' ||
        (method === 'POST' && ['/v1/contact', '/v1/tag'].includes(path))
      )
    })
}

export const phoneOf = (index: number): string => String(14_152_000_000 + index)

/** 120 people in three files; every fourth is a VIP, every tenth is opted out, some have no e-mail or plan. */
export function makePeople(count = 120): Person[] {
  return Array.from({ length: count }, (_, index) => ({
    rung: RUNGS[index % 3] ?? 'tag',
    id: `r${index}`,
    phone: phoneOf(index),
    first: `First${index}`,
    last: `Last${index}`,
    email: index % 7 === 0 ? '' : `p${index}@example.com`,
    plan: index % 5 === 0 ? '' : `Plan ${index % 4}`,
    tags: index % 4 === 0 ? ['VIP'] : [],
    out: index % 10 === 0,
  }))
}

/** What an account of people who text every day holds: of 60 contacts, 40 have the phone of somebody in the files. */
export function usedAccount() {
  return Array.from({ length: 60 }, (_, index) => ({
    phone: index < 40 ? phoneOf(index * 2) : phoneOf(10_000 + index),
    first: 'Old',
    last: `Name${index}`,
    display_name: index % 3 === 0 ? `Nick ${index}` : `Old Name${index}`,
    email: `old${index}@example.com`,
    avatar: index % 2 === 0 ? `https://example.com/${index}.png` : '',
    assigned_user_id: index % 4 === 0 ? 502 : 0,
    tags: index % 5 === 0 ? [12, 11] : [12],
    custom: { '903': `Note ${index}`, ...(index % 2 === 0 ? { '901': 'Old plan' } : {}) },
    is_opted_out: index % 6 === 0,
  }))
}

/** What somebody of the team can see of a contact. */
export interface Seen {
  first: string
  last: string
  display_name: string
  email: string
  avatar: string
  assigned_user_id: number
  /** By name, in the order of the alphabet. */
  tags: string[]
  custom: Record<string, string>
  is_opted_out: boolean
}

const OWNED_TAGS = ['VIP', 'Newsletter']

/** The account as it has to be, kept by the test beside the real one. */
export class Model {
  readonly contacts = new Map<string, Seen>()
  /** Phones of which a tag had to go, where the account takes none away. */
  readonly impossible = new Set<string>()
  readonly #keepsTags: boolean

  constructor(sandbox: Sandbox, keepsTags: boolean) {
    this.#keepsTags = keepsTags
    for (const contact of sandbox.store.contacts())
      if (contact.phone) this.contacts.set(contact.phone, seen(contact))
  }

  sync(people: readonly Person[]): void {
    for (const person of people) this.#want(person)
  }

  #want(person: Person): void {
    const held = this.contacts.get(person.phone)
    const name = `${person.first} ${person.last}`
    const nick =
      held !== undefined && held.display_name !== '' && held.display_name !== `${held.first} ${held.last}`
    this.contacts.set(person.phone, {
      first: person.first,
      last: person.last,
      display_name: nick ? held.display_name : name,
      email: person.email,
      avatar: held?.avatar ?? '',
      assigned_user_id: held?.assigned_user_id ?? 0,
      tags: this.#tags(person.phone, held?.tags ?? [], person.tags),
      custom: withPlan(held?.custom ?? {}, person.plan),
      is_opted_out: person.out || held?.is_opted_out === true,
    })
  }

  #tags(phone: string, held: readonly string[], wanted: readonly string[]): string[] {
    const going = held.filter((tag) => OWNED_TAGS.includes(tag) && !wanted.includes(tag))
    if (going.length > 0 && this.#keepsTags) this.impossible.add(phone)
    const kept = this.#keepsTags ? held : held.filter((tag) => !going.includes(tag))
    return [...new Set([...kept, ...wanted])].sort()
  }

  leave(person: Person): void {
    const held = this.contacts.get(person.phone)
    if (held === undefined) return
    if (person.rung === 'delete') {
      this.contacts.delete(person.phone)
      this.impossible.delete(person.phone)
    }
    if (person.rung === 'tag') held.tags = [...new Set([...held.tags, 'Newsletter'])].sort()
    if (person.rung !== 'clear') return
    const nick = held.display_name !== `${held.first} ${held.last}`
    const tags = this.#tags(person.phone, held.tags, [])
    Object.assign(held, { first: '', last: '', email: '', tags, custom: withPlan(held.custom, '') })
    if (!nick) held.display_name = ''
  }

  stop(phone: string): void {
    const held = this.contacts.get(phone)
    if (held) held.is_opted_out = true
  }

  /** Fails unless the sandbox holds exactly this: each phone once, and nothing else that has a phone. */
  expectIn(sandbox: Sandbox): void {
    const real = sandbox.store.contacts().filter((contact) => contact.phone !== null)
    const phones = real.map((contact) => contact.phone ?? '').sort()
    expect(phones).toEqual([...this.contacts.keys()].sort())
    expect(Object.fromEntries(real.map((contact) => [contact.phone, seen(contact)]))).toEqual(
      Object.fromEntries(this.contacts),
    )
  }
}

function withPlan(held: Readonly<Record<string, string>>, plan: string): Record<string, string> {
  const { '901': _plan, ...rest } = held
  return plan === '' ? rest : { ...rest, '901': plan }
}

function seen(contact: ContactState): Seen {
  return {
    first: contact.first,
    last: contact.last,
    display_name: contact.display_name,
    email: contact.email,
    avatar: contact.avatar,
    assigned_user_id: contact.assigned_user_id,
    tags: contact.tags.map((one) => one.tag).sort(),
    custom: { ...contact.custom },
    is_opted_out: contact.is_opted_out,
  }
}

/** A sensible day at the office: names, e-mails, plans, tags and opt-outs change; a lifted opt-out is in it too. */
export function edit(people: readonly Person[]): Person[] {
  const edited = people.map((person, index): Person => {
    if (index >= 60) return person
    if (index % 8 === 0) return { ...person, first: `New${index}`, plan: 'Gold' }
    if (index % 8 === 1) return { ...person, email: '' }
    if (index % 8 === 2) return { ...person, plan: '', last: `Moved${index}` }
    if (index % 8 === 4) return { ...person, tags: [] }
    if (index % 8 === 5) return { ...person, tags: ['Newsletter'], email: `new${index}@example.com` }
    if (index % 16 === 7) return { ...person, out: true }
    // Somebody lifts the opt-out in the file: it stays (I3).
    if (person.out) return { ...person, out: false }
    return person
  })
  return [...edited, ...makePeople(126).slice(120)]
}

/** The three of each file who leave at the end. */
export function leavers(people: readonly Person[]): Person[] {
  return people.slice(30, 39)
}

/** No phone was ever created twice, by whatever way. */
export function expectNoDuplicates(sandbox: Sandbox): void {
  const phones = sandbox.store.creations().map((one) => one.phone)
  expect(phones.filter((phone, index) => phones.indexOf(phone) !== index)).toEqual([])
}
