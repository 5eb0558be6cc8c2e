// Owns bringing lists up to date: made once with their first members, then changed by what has to get on and off. The
// whole membership is never sent: that would take off everybody whom heysync does not know.
import { outcomeUnknown } from '../../heymarket/transport.ts'
import { asHeysyncError, type HeysyncError } from '../../lib/errors.ts'
import { readBareE164 } from '../../lib/phone.ts'
import { byTurns, othersTurn } from '../../lib/turns.ts'
import type { ListRow, Refusal } from '../mirror/lists.ts'
import type { PushDeps } from '../push/deps.ts'
import { sizeOf, tooMany, worked } from '../push/learning.ts'
import { isRefusal } from '../push/look-up-many.ts'
import { failureOf, SECOND_LOOK_MS } from '../push/outcome.ts'
import type { ListChanges, MemberChange } from './changes.ts'
import { readLists, takeMembers } from './read-lists.ts'
import { type ListRule, localIdOf, titleOf } from './rule.ts'

/** Members in the request that makes a list; the others follow. */
export const FIRST_MEMBERS = 100
const NOT_SHOWN: Refusal = {
  code: 'ERR_NOT_STORED',
  message: 'Heymarket accepted the change and does not show it.',
}
/** Members in one step of work on the database. */
const PART = 1000
/** Repeats of a change whose outcome is not known: getting on twice is getting on once. */
const TRIES = 3
const PAUSE_MS = 1000
/** Refusals in a row after which nobody else is tried: then it is not the person. */
const REFUSALS = 3

export interface ListsPushed {
  /** Members put on or taken off. */
  acked: number
  /** Members whom Heymarket refused, or does not show after it accepted them. */
  deadLettered: number
  readonly warnings: string[]
}

interface Deps extends PushDeps {
  readonly rules: readonly ListRule[]
}

type End = 'add' | 'remove' | 'refused'
/** By phone: what was acked, and who was refused. */
type Ends = Map<string, End>

/** One member to put on or take off. */
interface Step extends MemberChange {
  readonly what: 'add' | 'remove'
  readonly contactId: number | null
}

/** Sends what the plan lets through. Errors: only those that stop the whole push. */
export async function pushLists(
  deps: Deps,
  plan: readonly ListChanges[],
  onProgress: (sum: Pick<ListsPushed, 'acked' | 'deadLettered'>) => void,
): Promise<ListsPushed> {
  const sum: ListsPushed = { acked: 0, deadLettered: 0, warnings: [] }
  // What one list refuses is said, and keeps no other waiting.
  const apart = async (title: string, work: () => Promise<void>) => {
    try {
      await work()
    } catch (thrown) {
      deps.signal.throwIfAborted()
      const error = asHeysyncError(thrown)
      if (error.code === 'ERR_HEYMARKET_UNREACHABLE' || error.verdict === 'stop') throw error
      sum.warnings.push(`List "${title}": ${error.message}`)
    }
  }
  for (const changes of plan) {
    for (const list of changes.rename) await apart(list.title, () => rename(deps, changes.rule, list))
    for (const shard of shardsOf(changes)) {
      const steps = await byTurns(stepsOf(deps, changes, shard))
      if (steps.length === 0) continue
      const ended: Ends = new Map()
      await apart(titleOf(changes.rule, shard), () => pushShard(deps, changes.rule, shard, steps, ended))
      const acked = [...ended.values()].filter((end) => end !== 'refused').length
      sum.acked += acked
      sum.deadLettered += ended.size - acked
      onProgress(sum)
    }
  }
  return sum
}

function shardsOf({ add, remove }: ListChanges): number[] {
  return [...new Set([...add.shards.keys(), ...remove.shards.keys()])].sort((a, b) => a - b)
}

/** Who is to be sent now. Somebody whose contact is not in Heymarket yet, or who opted out since, waits. */
function* stepsOf(
  { mirror }: Deps,
  { rule, add, remove }: ListChanges,
  shard: number,
): Generator<void, Step[]> {
  const ready: Step[] = []
  let seen = 0
  for (const change of remove.of(shard)) {
    seen += 1
    if (seen % PART === 0) yield
    const id = mirror.lists.member(rule.key, change.phone)?.contact_id ?? mirror.lists.contactId(change.phone)
    // A contact that got another number stays on the list under that one.
    const elsewhere = id !== null && mirror.remote.find(id)?.phone !== change.phone
    ready.push({ ...change, what: 'remove', contactId: elsewhere ? null : id })
  }
  for (const change of add.of(shard)) {
    seen += 1
    if (seen % PART === 0) yield
    const contactId = mirror.lists.contactId(change.phone)
    if (contactId !== null && !mirror.consent.isOptedOut(change.phone))
      ready.push({ ...change, what: 'add', contactId })
  }
  return ready
}

async function pushShard(
  deps: Deps,
  rule: ListRule,
  shard: number,
  steps: readonly Step[],
  ended: Ends,
): Promise<void> {
  const known = deps.mirror.lists.ofKey(rule.key).find((one) => one.shard === shard)
  const adds = steps.filter(({ what }) => what === 'add')
  if (known === undefined && adds.length === 0) return neverOn(deps, rule, steps, ended)
  const made = known?.state === 'live' ? { list: known, on: [] } : await make(deps, rule, shard, adds, known)
  if (made === null) return
  const { list, on } = made
  // The answer may name a list that was there before, which takes nobody by being made again.
  const shown = on.length > 0 ? await shownOn(deps, list) : null
  for (const step of on) if (shown?.has(step.phone)) finish(deps, list, step, ended)
  const rest = steps.filter((step) => !ended.has(step.phone))
  const run = { refusals: 0 }
  for (let at = 0; at < rest.length; ) {
    const size = Math.max(1, sizeOf(deps.mirror.ways.get('list.delta'), deps.clock.now()))
    await send(deps, list, rest.slice(at, at + size), run, ended)
    at += size
  }
  await verify(deps, list, ended, rest.length === 0 ? shown : null)
}

/** Nobody is on a list that was never asked for: whoever was to be its first member opted out before that. */
function neverOn({ mirror }: Deps, rule: ListRule, steps: readonly Step[], ended: Ends): void {
  mirror.transaction(() => {
    for (const { phone } of steps) mirror.lists.dropMember(rule.key, phone)
  })
  for (const { phone } of steps) ended.set(phone, 'remove')
}

/** Makes the list once (I2): looked for by its local_id wherever an earlier try may have made it. */
async function make(
  deps: Deps,
  rule: ListRule,
  shard: number,
  adds: readonly Step[],
  known: ListRow | undefined,
): Promise<{ list: ListRow; on: readonly Step[] } | null> {
  const { mirror, client, clock } = deps
  let first = adds.slice(0, FIRST_MEMBERS)
  if (first.length === 0) return null
  const look = () => lookForList(deps, rule, shard)
  if (known !== undefined) {
    const found = await look()
    if (found !== undefined) return { list: found, on: [] }
  }
  const row: ListRow = {
    key: rule.key,
    shard,
    local_id: localIdOf(rule.key, shard),
    title: titleOf(rule, shard),
    list_id: null,
    state: 'creating',
    claimed: 1,
    read_at: null,
  }
  mirror.transaction(() => {
    mirror.lists.put(row)
    keepImages(deps, row, first)
  })
  for (let tries = 1; ; tries += 1) {
    try {
      const { id } = await client.lists.create({
        title: row.title,
        local_id: row.local_id,
        type: 'contacts',
        contacts: first.map(({ contactId }) => contactId ?? 0),
      })
      const list = { ...row, list_id: id, state: 'live' as const }
      mirror.lists.put(list)
      return { list, on: first }
    } catch (thrown) {
      deps.signal.throwIfAborted()
      const error = asHeysyncError(thrown)
      if (!outcomeUnknown(error) && error.verdict !== 'dead-letter') throw error
      // It may be there already, by this request or an earlier one.
      const found = await look()
      if (found !== undefined) return { list: found, on: [] }
      if (tries >= TRIES) throw error
      // One of the first members may be what is refused.
      if (!outcomeUnknown(error)) first = first.slice(0, 1)
      await clock.sleep(PAUSE_MS, deps.signal)
    }
  }
}

/** Looks for a list that may have been made a moment ago, and may not show yet. */
async function lookForList(deps: Deps, rule: ListRule, shard: number): Promise<ListRow | undefined> {
  const { mirror, client, rules, clock, signal } = deps
  const look = async () => {
    const { shown } = await readLists({ mirror, lists: client.lists, rules, clock })
    const found = mirror.lists.ofKey(rule.key).find((one) => one.shard === shard && one.state === 'live')
    return { shown, found }
  }
  const { shown, found } = await look()
  if (found !== undefined || !shown) return found
  await clock.sleep(SECOND_LOOK_MS, signal)
  return (await look()).found
}

async function send(
  deps: Deps,
  list: ListRow,
  steps: readonly Step[],
  run: { refusals: number },
  ended: Ends,
): Promise<void> {
  const { mirror, client, clock } = deps
  const ids = (what: Step['what']) =>
    steps.flatMap((step) => (step.what === what && step.contactId !== null ? [step.contactId] : []))
  // Somebody else's member whose contact is not known: only a number names them.
  const phones = steps.flatMap(({ contactId, phone }) => (contactId === null ? [phone] : []))
  const [add, remove] = [ids('add'), ids('remove')]
  await inParts(deps, steps, (part) => keepImages(deps, list, part))
  for (let tries = 1; ; tries += 1) {
    try {
      await client.lists.update(list.list_id ?? 0, {
        ...(add.length > 0 ? { add_contacts: add } : {}),
        ...(remove.length > 0 ? { remove_contacts: remove } : {}),
        ...(phones.length > 0 ? { remove_phones: phones } : {}),
      })
      mirror.ways.put(worked(mirror.ways.get('list.delta'), steps.length, clock.now()))
      run.refusals = 0
      await inParts(deps, steps, (part) => part.forEach((step) => void finish(deps, list, step, ended)))
      return
    } catch (thrown) {
      deps.signal.throwIfAborted()
      const error = asHeysyncError(thrown)
      if (outcomeUnknown(error) && tries < TRIES) {
        await clock.sleep(PAUSE_MS, deps.signal)
        continue
      }
      if (error.status === 404) return forget(deps, list, error)
      if (error.code !== 'ERR_REQUEST' && !(error.status !== undefined && isRefusal(error.status)))
        throw error
      return refused(deps, list, steps, run, ended, error)
    }
  }
}

/** Each part in a transaction of its own. */
async function inParts(
  { mirror }: Deps,
  steps: readonly Step[],
  work: (part: readonly Step[]) => void,
): Promise<void> {
  for (let at = 0; at < steps.length; at += PART) {
    if (at > 0) await othersTurn()
    mirror.transaction(() => work(steps.slice(at, at + PART)))
  }
}

/** For undo. Kept before the request: one whose answer is lost has to be undone too. */
function keepImages({ mirror, cycleId, clock }: Deps, list: ListRow, steps: readonly Step[]): void {
  const { key, shard } = list
  for (const { phone, what } of steps)
    mirror.memberImages.put({ cycle_id: cycleId, key, phone, shard, what, at: clock.now() })
}

/** Halves tell whether there were too many or somebody is refused. */
async function refused(
  deps: Deps,
  list: ListRow,
  steps: readonly Step[],
  run: { refusals: number },
  ended: Ends,
  error: HeysyncError,
): Promise<void> {
  const { mirror, clock } = deps
  const [only] = steps
  if (steps.length === 1 || run.refusals >= REFUSALS) {
    run.refusals += 1
    for (const step of only === undefined ? [] : steps)
      refuse(deps, list, step.phone, failureOf(error), ended)
    return
  }
  const before = [...ended.values()].filter((end) => end === 'refused').length
  const half = Math.ceil(steps.length / 2)
  await send(deps, list, steps.slice(0, half), run, ended)
  await send(deps, list, steps.slice(half), run, ended)
  const after = [...ended.values()].filter((end) => end === 'refused').length
  if (after === before || error.status === 413)
    mirror.ways.put(tooMany(mirror.ways.get('list.delta'), steps.length, error.message, clock.now()))
}

/** Acked. Whoever was taken off stays on record until a read shows it, or nothing can. */
function finish({ mirror }: Deps, list: ListRow, step: Step, ended: Ends): void {
  const member = mirror.lists.member(list.key, step.phone)
  ended.set(step.phone, step.what)
  if (step.what === 'add' && member !== undefined)
    mirror.lists.putMember({ ...member, contact_id: step.contactId, state: 'on' })
}

function refuse({ mirror, clock }: Deps, list: ListRow, phone: string, why: Refusal, ended: Ends): void {
  ended.set(phone, 'refused')
  mirror.lists.refuse(list.key, phone, why, clock.now())
}

/** The list is not in Heymarket any more: it is made anew by the next cycle. */
function forget({ mirror }: Deps, list: ListRow, error: HeysyncError): never {
  mirror.lists.drop(list.key, list.shard)
  throw error
}

/** An accepted change that does not show is no success. Where lists are not shown, the answer has to do. */
async function verify(
  deps: Deps,
  list: ListRow,
  ended: Ends,
  seen: ReadonlySet<string> | null,
): Promise<void> {
  const { mirror, clock } = deps
  const acked = [...ended].filter(([, end]) => end !== 'refused')
  if (acked.length === 0 || list.list_id === null) return
  const wrong = (shown: ReadonlySet<string>) =>
    acked.filter(([phone, end]) => (end === 'add') !== shown.has(phone) && !tookItself(deps, phone, end))
  let shown = seen ?? (await shownOn(deps, list))
  if (shown !== null && wrong(shown).length > 0) {
    await clock.sleep(SECOND_LOOK_MS, deps.signal)
    shown = await shownOn(deps, list)
  }
  const now = shown
  mirror.transaction(() => {
    if (now !== null) for (const [phone] of wrong(now)) refuse(deps, list, phone, NOT_SHOWN, ended)
    else for (const [phone, end] of acked) if (end === 'remove') mirror.lists.dropMember(list.key, phone)
  })
  if (now === null) return
  await byTurns(takeMembers(mirror, list, now, clock.now()))
  mirror.lists.put({ ...list, read_at: clock.now() })
}

/** Who is on it; null where the account does not show lists. */
async function shownOn({ client }: Deps, list: ListRow): Promise<ReadonlySet<string> | null> {
  const shown = await client.lists.get(list.list_id ?? 0)
  if (shown === null) return null
  return new Set([...shown.members.keys()].map((text) => readBareE164(text) ?? text))
}

/** The account may take off whoever opts out. */
function tookItself({ mirror }: Deps, phone: string, end: End): boolean {
  return end === 'add' && mirror.consent.isOptedOut(phone)
}

async function rename({ mirror, client }: Deps, rule: ListRule, list: ListRow): Promise<void> {
  if (list.list_id === null) return
  const title = titleOf(rule, list.shard)
  try {
    await client.lists.update(list.list_id, { title })
  } catch (error) {
    if (asHeysyncError(error).status === 404) mirror.lists.drop(list.key, list.shard)
    throw error
  }
  mirror.lists.put({ ...list, title })
}
