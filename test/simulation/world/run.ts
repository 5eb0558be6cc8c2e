// Owns one history: a business, an account, and days on which anything happens; then quiet days, after which everything
// has to be as the model says.
import type { App } from '../../../src/app.ts'
import type { Config } from '../../../src/config/schema.ts'
import type { Connector } from '../../../src/connector/contract.ts'
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import { mulberry32 } from '../../../src/sandbox/dice.ts'
import { defaultFaults } from '../../../src/sandbox/faults.ts'
import { type CycleOutcome, runCycle } from '../../../src/sync/cycle.ts'
import type { CycleReport } from '../../../src/sync/report.ts'
import { Account } from './account.ts'
import { type Chance, chance } from './chance.ts'
import { astray, isWeather, miscounted, offCount, settled, unmarked, untold } from './checks.ts'
import { type Process, startProcess } from './crash.ts'
import { believe, configOf, openEngine } from './engine.ts'
import { faultsOf, readingOf, Team } from './heymarket.ts'
import { Knowledge } from './knowledge.ts'
import { Ledger } from './ledger.ts'
import { lie } from './lie.ts'
import { Lists, rulesOf, withLists } from './lists.ts'
import { type Business, happens, openBusiness, type System, visible } from './people.ts'
import { connectorOf, type Day, dayOf, type Weather } from './sources.ts'
import { type Stage, type Story, Violation } from './story.ts'
import { departures, hour, summary, told, written } from './telling.ts'
import { Watch } from './watch.ts'

const MINUTE = 60_000
/** Streams of chance from here on decide what becomes of lists, so that everything else goes as it went without them. */
const LISTS = 1_000
/** Set apart likewise: how many sources are pulled at the same time. */
const PULLS = 2_000
/** And what heysync believes of the account when it begins. */
const BELIEFS = 3_000
/** On a quiet day a person has looked at a source that is empty. */
const QUIET = { mode: 'incremental', allowEmpty: true } as const

interface CycleAsked {
  readonly mode: 'full' | 'incremental'
  /** Default: all. */
  readonly sources?: readonly string[]
  readonly allowEmpty: boolean
}

/** Lives through one history. Errors: Violation, or whatever the engine must never throw. */
export async function live(stage: Stage, story: Story): Promise<void> {
  const history = new History(stage, story)
  try {
    await history.days()
    await history.end()
  } catch (error) {
    history.tellWhatThereIs()
    throw error
  }
}

class History {
  readonly #stage: Stage
  readonly #story: Story
  readonly #tell: (line: string) => void
  readonly #business: Business
  readonly #config: Config
  readonly #reading: Dialects
  readonly #knowledge: Knowledge
  readonly #account: Account
  readonly #team: Team
  readonly #lists: Lists
  readonly #ledger: Ledger
  readonly #watch: Watch
  readonly #connectors: ReadonlyMap<string, Connector>
  readonly #random: () => number
  #process!: Process
  #app!: App
  #cycles = 0
  #weather: Day
  #allowEmpty = false
  #liar: System | null = null

  constructor(stage: Stage, story: Story) {
    this.#stage = stage
    this.#story = story
    this.#tell = story.tell ?? (() => {})
    const { time, disk, sandbox } = stage
    const start = chance(story.seed, 0)
    time.restart()
    disk.wipe()
    const rules = story.lists === false ? [] : rulesOf(chance(story.seed, LISTS))
    this.#reading = rules.length === 0 ? readingOf(start) : withLists(readingOf(start))
    sandbox.configure({ dialects: this.#reading, faults: defaultFaults(), requestsPerMinute: 500 })
    sandbox.reset(story.seed)
    this.#random = mulberry32(story.seed)
    this.#business = openBusiness(start, time.real.now(), story.people ?? 12)
    const believes = story.believes ?? chance(story.seed, BELIEFS).odds(0.5)
    this.#config = configOf(this.#business, rules, { start, pulls: chance(story.seed, PULLS), believes })
    this.#knowledge = new Knowledge(this.#business.systems, this.#config.resolve === 'fill')
    this.#account = new Account(this.#knowledge, this.#reading)
    this.#team = new Team(sandbox, this.#account, this.#knowledge, this.#business.phones)
    this.#lists = new Lists(rules, sandbox, this.#account, this.#knowledge, this.#reading)
    this.#weather = { moods: new Map(), disorder: false, stops: 0, refused: 0, late: 0, chance: start }
    this.#watch = new Watch({
      sandbox,
      account: this.#account,
      lists: this.#lists,
      time,
      requestsPerMinute: this.#config.heymarket.requestsPerMinute,
      timeoutMs: this.#config.heymarket.timeoutMs,
      showsLate: this.#reading.visibilityDelayMs >= MINUTE,
      meanwhile: () => this.#meanwhile(),
      unreachable: () => this.#weather.chance.odds(this.#weather.refused),
      late: () => this.#late(),
    })
    this.#ledger = new Ledger({
      knowledge: this.#knowledge,
      account: this.#account,
      disk,
      time,
      liar: () => this.#liar,
      mayBeEmpty: () => this.#allowEmpty,
    })
    this.#connectors = new Map(
      this.#business.systems.map((system) => [
        system.id,
        connectorOf(system, time, () => this.#weatherOf(system), this.#ledger) as Connector,
      ]),
    )
    this.#team.settle(start)
    this.#lists.settle()
    this.#open()
    if (believes) believe(this.#app, time.told.now())
    this.#tell(`reading: ${departures(this.#reading)}`)
    for (const { entries: _entries, hidden: _hidden, ...system } of this.#business.systems)
      this.#tell(`system: ${JSON.stringify(system)}`)
  }

  /** For whoever looks into a violation. */
  tellWhatThereIs(): void {
    for (const { id, entries } of this.#business.systems)
      for (const entry of entries.values())
        for (const version of entry.versions) this.#tell(`${id} ${entry.id} ${written(version)}`)
    for (const request of this.#stage.sandbox.store.requests())
      this.#tell(
        `${hour(request.at)} ${request.method} ${request.path} ${request.phone} ${request.status} ${request.fault ?? ''}`,
      )
    for (const contact of this.#account.contacts.values()) this.#tell(`contact ${JSON.stringify(contact)}`)
    for (const one of this.#stage.sandbox.store.lists()) this.#tell(`list ${JSON.stringify(one)}`)
  }

  /** Days on which anything may happen. */
  async days(): Promise<void> {
    const days = this.#story.days ?? 2 + chance(this.#story.seed, 1).roll(5)
    for (let day = 1; day <= days; day++)
      await this.#day(chance(this.#story.seed, day + 1), chance(this.#story.seed, LISTS + day))
  }

  async #day(today: Chance, onLists: Chance): Promise<void> {
    const { time, sandbox } = this.#stage
    time.advance(today.pick([1_000, MINUTE, 5 * MINUTE, 20 * MINUTE, 120 * MINUTE]))
    for (let n = today.roll(5); n > 0; n--) happens(this.#business, today, time.real.now())
    const acts = today.odds(0.5) ? 1 + today.roll(2) : 0
    for (let n = acts; n > 0; n--) this.#team.acts(today)
    if (onLists.odds(0.4)) this.#lists.acts(onLists)
    // What nobody can see yet, nobody can keep.
    if (acts > 0) time.advance(this.#reading.visibilityDelayMs)
    if (!this.#story.immortal) this.#fate(today)
    const faults = this.#story.calm ? defaultFaults() : faultsOf(today)
    sandbox.configure({ faults })
    this.#weather = this.#story.calm ? { ...this.#weather, chance: today } : dayOf(this.#business, today)
    const lies = this.#liar !== null || this.#lie(today)
    // A lie is only found out by all that there is.
    if (this.#liar) this.#weather.moods.delete(this.#liar.id)
    const mode = lies || today.odds(0.35) ? 'full' : 'incremental'
    const some = !lies && today.odds(0.15) ? { sources: [today.maybe(this.#business.systems)?.id ?? ''] } : {}
    const dies = !this.#story.immortal && today.odds(0.4)
    if (dies) this.#process.aim(1 + today.roll(today.pick([20, 150, 600])), today.odds(0.8) ? 'kill' : 'term')
    this.#tell(
      `day ${hour(this.#stage.time.real.now())}: ${mode} ${JSON.stringify(some)} ${told(faults)} moods ${[...this.#weather.moods].join(' ')}`,
    )
    const outcome = await this.#cycle({ mode, allowEmpty: false, ...some })
    this.#fail(unmarked(this.#stage.disk.real))
    this.#fail(offCount(this.#stage.disk.real))
    this.#endLie()
    if (!lies && outcome?.report.status === 'held' && today.odds(0.5)) this.#approve(outcome)
  }

  /** Today a system shows almost nobody. */
  #lie(today: Chance): boolean {
    const system = today.odds(0.2) ? today.maybe(this.#business.systems) : undefined
    const now = this.#stage.time.real.now()
    const [knowledge, account, dial] = [this.#knowledge, this.#account, this.#config.guard.removals]
    if (!system || !lie(this.#business, system, { knowledge, account, dial, now })) return false
    this.#tell(`${system.id} lies, and hides ${[...system.hidden]}`)
    this.#liar = system
    return true
  }

  /** It shows everybody again; the lie is over once heysync was told so. */
  #endLie(): void {
    if (!this.#liar) return
    this.#liar.hidden = new Set()
    const { stale } = this.#knowledge.notTold(this.#liar, visible(this.#liar, this.#stage.time.real.now()))
    if (stale.length > 0) return
    this.#liar = null
    this.#account.protected.clear()
  }

  /** A restart, the loss of the database, a clock that is set. */
  #fate(today: Chance): void {
    if (today.odds(0.15)) this.#open()
    if (today.odds(0.07)) {
      // What was made a moment before, and does not show yet, would be made again: nobody could know of it.
      this.#stage.time.advance(this.#reading.visibilityDelayMs)
      this.#tell('the database is lost')
      this.#lose()
    }
    if (today.odds(0.12)) {
      this.#stage.time.setWrong(today.pick([-60, -5, 0, 5, 60]) * MINUTE)
      this.#watch.forgetArrivals()
    }
  }

  #lose(): void {
    this.#stage.disk.wipe()
    this.#knowledge.forget()
    this.#account.forget()
    this.#lists.forget()
    this.#watch.forgetArrivals()
    this.#open()
  }

  #approve({ report }: CycleOutcome): void {
    const { held, heldMembers } = this.#app.engine
    held.approve(report.cycle, this.#stage.time.told.now())
    heldMembers.approve(report.cycle, this.#stage.time.told.now())
  }

  /** A new process. */
  #open(): void {
    this.#process = startProcess(this.#stage.disk)
    this.#app = openEngine(this.#config, this.#connectors, {
      process: this.#process,
      line: this.#watch.lineOf(this.#process),
      time: this.#stage.time,
      random: this.#random,
    })
  }

  async #cycle(asked: CycleAsked): Promise<CycleOutcome | null> {
    const { time } = this.#stage
    this.#allowEmpty = asked.allowEmpty
    this.#cycles += 1
    const all = this.#business.systems.map(({ id }) => id)
    const request = {
      id: `c${String(this.#cycles).padStart(4, '0')}`,
      mode: asked.mode,
      trigger: 'simulation',
      sources: asked.sources ?? all,
      allowEmpty: asked.allowEmpty ? all : [],
      planOnly: false,
    }
    let noted = false
    const onPlan = () => {
      this.#ledger.settleClaims()
      this.#account.noted()
      this.#lists.noted()
      noted = true
    }
    let outcome: CycleOutcome | null = null
    const began = time.real.now()
    this.#lists.begins(began)
    try {
      outcome = await runCycle(this.#app.engine, request, { onPlan })
      this.#tell(summary(outcome.report))
    } catch (error) {
      this.#tell(`cycle failed: ${error}`)
      if (!this.#process.dead && !isWeather(error) && !this.#wasEnded(error)) throw error
    }
    this.#process.spare()
    if (!this.#process.dead) {
      const report = this.#report()
      this.#fail(miscounted(report))
      if (report.reconcile?.mode === 'full' && report.reconcile.complete) this.#fail(this.#lists.sawAll())
    }
    await this.#watch.arrived()
    this.#ledger.settleAll()
    if (!noted) this.#account.perhapsNoted()
    if (this.#process.dead || this.#process.signal.aborted) this.#open()
    this.#tell(`  ${((time.real.now() - began) / 1000).toFixed(1)} s, ${this.#watch.writes} writes`)
    this.#fail(this.#watch.violations[0])
    return outcome
  }

  #wasEnded(error: unknown): boolean {
    return this.#process.signal.aborted && error instanceof Error && error.name === 'AbortError'
  }

  /** As the last cycle left it for whoever asks later, also when it failed. */
  #report(): CycleReport {
    return JSON.parse(this.#app.engine.cycles.latest(1)[0]?.report ?? '') as CycleReport
  }

  #meanwhile(): void {
    const { chance: now, stops } = this.#weather
    if (!now.odds(stops)) return
    const phone = now.maybe([...this.#account.contacts.values()])?.phone
    if (phone) this.#team.stops(phone)
  }

  /** Heysync looks for a create again after three seconds: it has arrived by then, and shows. */
  #late(): number | null {
    const { chance: now, late } = this.#weather
    const { duplicatePhone, visibilityDelayMs } = this.#reading
    return now.odds(late) ? now.roll(2_900 - (duplicatePhone === 'duplicate' ? visibilityDelayMs : 0)) : null
  }

  #weatherOf(system: System): Weather {
    const { moods, disorder, chance: today } = this.#weather
    return { mood: moods.get(system.id) ?? 'honest', disorder, chance: today }
  }

  /** Quiet days: no faults, nobody dies, nothing changes. Then the account is as the model says. */
  async end(): Promise<void> {
    const { time, sandbox } = this.#stage
    sandbox.configure({ faults: defaultFaults() })
    this.#weather = { ...this.#weather, moods: new Map(), stops: 0, refused: 0, late: 0 }
    time.setWrong(0)
    this.#watch.forgetArrivals()
    this.#app.engine.outbox.redrive(null)
    this.#tell('quiet days')
    for (let n = 0; n < 3 && this.#liar; n++) {
      await this.#cycle({ mode: 'full', allowEmpty: true })
      this.#endLie()
    }
    await this.#untilSettled(QUIET)
    this.#checkTold(false)
    this.#checkAccount()
    await this.#untilSettled({ mode: 'full', allowEmpty: true })
    this.#checkTold(true)
    this.#checkAccount()
    this.#fail(this.#lists.astray())
    await this.#checkSilence()
    await this.#checkForgetting()
  }

  async #untilSettled(asked: CycleAsked): Promise<void> {
    let quiet = 0
    for (let n = 0; n < 9; n++) {
      this.#stage.time.advance(15 * MINUTE)
      const outcome = await this.#cycle(asked)
      // A cycle with dead letters says that it failed, and may hold something too.
      if (outcome && outcome.report.plan.held > 0) this.#approve(outcome)
      quiet = outcome && settled(outcome.report) ? quiet + 1 : 0
      // The first may have taken up a pull where an earlier one was broken off, with the window of that one.
      if (quiet === (asked.mode === 'full' ? 1 : 2)) return
    }
    throw new Violation(`${asked.mode} cycles do not come to rest`)
  }

  #checkTold(all: boolean): void {
    const now = this.#stage.time.real.now()
    this.#fail(untold(this.#knowledge, this.#business.systems, now, all))
  }

  #checkAccount(): void {
    this.#fail(astray(this.#account, this.#stage.sandbox))
  }

  /** I7: a cycle without a change makes no write, and two reads beside names that are an hour old. */
  async #checkSilence(): Promise<void> {
    this.#watch.writes = 0
    this.#watch.reads = []
    await this.#cycle(QUIET)
    const reads = this.#watch.reads.filter((what) => !/tags|fields|team/.test(what))
    if (this.#watch.writes > 0) throw new Violation(`I7: ${this.#watch.writes} writes without a change`)
    // Where a page holds only a few, ties and the end of the list take more than one look.
    const smallPages = this.#reading.maxLimit < 100
    if (reads.length > 2 && !smallPages)
      throw new Violation(`I7: ${reads.length} reads without a change: ${reads}`)
  }

  /** I8: the database is a cache. */
  async #checkForgetting(): Promise<void> {
    const { optedOutRead, tagsWrite } = this.#reading
    // What nobody can read back, or what was in vain, is written once more: there is nowhere to know it from.
    const mayWrite =
      optedOutRead === 'absent' ||
      tagsWrite === 'merge' ||
      this.#knowledge.remembers() ||
      this.#lists.mayWriteAfterLoss()
    this.#lose()
    this.#watch.writes = 0
    this.#stage.time.advance(15 * MINUTE)
    await this.#cycle({ mode: 'full', allowEmpty: true })
    if (mayWrite) await this.#untilSettled({ mode: 'full', allowEmpty: true })
    if (this.#watch.writes > 0 && !mayWrite)
      throw new Violation(`I8: ${this.#watch.writes} writes after the database was lost`)
    this.#checkAccount()
  }

  #fail(why: string | null | undefined): void {
    if (why) throw new Violation(why)
  }
}
