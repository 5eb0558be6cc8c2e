// Owns the overview: whether all is well, what is not with its way out, each source, and how much goes on.
import type { UnderWay as Progressing, Status } from '../api/types.ts'
import { opened } from '../shell/open.ts'
import { to } from '../shell/route.ts'
import { useStatus, waitingFor } from '../shell/status.ts'
import { count, many, span } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Meter, Progress } from '../ui/ledger.tsx'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Plot } from '../ui/plot.tsx'
import { Prose } from '../ui/prose.tsx'
import { Time } from '../ui/time.tsx'
import { Empty, Ready } from '../ui/waiting.tsx'
import { laneText, modeText, phaseText, triggerText } from '../ui/words.ts'
import { HeldNotice } from './held.tsx'
import { PauseButton } from './pause-button.tsx'
import { Sources } from './sources.tsx'
import { syncNow } from './sync-now.ts'

export function Overview() {
  const view = useStatus()
  return (
    <Page
      title="Overview"
      lead={view.data ? <Verdict of={view.data} /> : undefined}
      actions={view.data ? <Buttons of={view.data} /> : undefined}
    >
      <Ready view={view} lines={8}>
        {(status) => (
          <div class="stack">
            <Trouble of={status} />
            {status.underWay ? <UnderWay of={status.underWay} /> : null}
            {isNew(status) ? <Welcome of={status} /> : <Figures of={status} />}
            <Panel title="Sources" note={<NextTick of={status} />}>
              {status.sources.length === 0 ? (
                <Empty icon="lists" title="No source is configured">
                  Add one under <code>sources:</code> in heysync.yaml, then reload the config in{' '}
                  <a href={to('settings')}>Settings</a>.
                </Empty>
              ) : (
                <Sources of={status} />
              )}
            </Panel>
            <div class="split">
              <Panel title="The last day">
                {status.throughput.parts.some(({ written, requests }) => written + requests > 0) ? (
                  <Plot throughput={status.throughput} />
                ) : (
                  <Empty icon="overview" title="Nothing was written yet">
                    Each change that reaches Heymarket is drawn here.
                  </Empty>
                )}
              </Panel>
              <Panel title="Budget and outbox">
                <Budget of={status} />
                <Outbox of={status} />
              </Panel>
            </div>
          </div>
        )}
      </Ready>
    </Page>
  )
}

function Verdict({ of: status }: { of: Status }) {
  const waiting = waitingFor(status)
  const everRead = status.sources.some(({ lastPullAt }) => lastPullAt !== null)
  if (status.state === 'paused') return <>Everything is paused. Nothing is read and nothing is written.</>
  if (waiting > 0)
    return (
      <>
        {many(waiting, 'thing')} {waiting === 1 ? 'waits' : 'wait'} for you.
      </>
    )
  if (status.state === 'working') return <>At work. Nothing waits for you.</>
  if (!everRead) return <>Ready. Nothing was read yet.</>
  if (status.state === 'attention') return <>A source needs a look.</>
  return <>Heymarket is equal to your sources.</>
}

function Buttons({ of: { state } }: { of: Status }) {
  return (
    <>
      <PauseButton paused={state === 'paused'} source={null} />
      <button
        type="button"
        class="button"
        onClick={() => {
          opened.value = { kind: 'resync', source: null }
        }}
      >
        Full resync…
      </button>
      <button type="button" class="button strong" onClick={() => syncNow(null)}>
        <Icon name="bolt" /> Sync now
      </button>
    </>
  )
}

function Trouble({ of: { problems, held, alarms, outbox } }: { of: Status }) {
  if (problems.length + held.length + alarms.length + outbox.deadLetters === 0) return null
  return (
    <section class="stack tight" aria-label="What waits for you">
      {problems.map((problem) => (
        <ProblemNotice key={problem.code + problem.message} problem={problem} />
      ))}
      {held.map((part) => (
        <HeldNotice key={part.cycle + part.about + part.reason} part={part} />
      ))}
      {outbox.deadLetters > 0 ? (
        <Notice
          tone="warn"
          title={`${many(outbox.deadLetters, 'change')} could not be written and ${outbox.deadLetters === 1 ? 'is' : 'are'} no longer tried`}
          actions={
            <a class="button" href={to('left-out')}>
              See why
            </a>
          }
        >
          <p class="way">
            <b>Way out</b> They are grouped by cause; each cause says what to correct, and can be put back.
          </p>
        </Notice>
      ) : null}
      {alarms.map((alarm) => (
        <Alarm key={alarm.code + alarm.source + alarm.message} of={alarm} />
      ))}
    </section>
  )
}

function Alarm({ of: { code, source, message, cycle } }: { of: Status['alarms'][number] }) {
  // The first sentence says what was seen; the others, what it may mean.
  const [head = '', ...rest] = message.split(/(?<=[.]) /)
  return (
    <Notice
      tone="warn"
      title={<Prose text={head} />}
      actions={
        <a class="button" href={to('cycles', cycle)}>
          Its cycle
        </a>
      }
    >
      {rest.length === 0 ? null : (
        <p>
          <Prose text={rest.join(' ')} />
        </p>
      )}
      <p class="fine">
        <code>{code}</code> · {source}
      </p>
    </Notice>
  )
}

const PHASES = ['pull', 'reconcile', 'push']

function UnderWay({ of: work }: { of: Progressing }) {
  const { cycle, mode, trigger, since, phase, source, done, total, secondsLeft } = work
  const at = phase === null ? -1 : PHASES.indexOf(phase)
  return (
    <section class="panel under-way" aria-label="Under way">
      <header>
        <h2>
          <span class="spinner" aria-hidden="true" /> {modeText(mode)} under way
        </h2>
        <span class="note">
          {triggerText(trigger)}, since <Time at={since} />
        </span>
        <div class="actions">
          <a class="button" href={to('cycles', cycle)}>
            Details
          </a>
        </div>
      </header>
      <ol class="phases">
        {PHASES.map((name, index) => (
          <li key={name} class={index < at ? 'past' : index === at ? 'here' : ''}>
            {index < at ? <Icon name="good" /> : null}
            {phaseText(name)}
            {index === at ? <span class="unseen"> (now)</span> : null}
          </li>
        ))}
      </ol>
      <Progress label={phaseText(phase)} done={done} total={total} />
      <p class="num progress-text" role="status">
        <span>
          <b>{count(done)}</b>
          {total === null ? '' : ` of ${count(total)}`}{' '}
          {phase === 'push'
            ? 'written'
            : phase === 'reconcile'
              ? 'read from Heymarket'
              : `read${source ? ` from ${source}` : ''}`}
        </span>
        <span class="soft">
          {secondsLeft === null ? 'time left not known yet' : `about ${span(secondsLeft)} left`}
        </span>
      </p>
    </section>
  )
}

/** Nothing was read, and nothing is being read. */
const isNew = ({ sources, underWay }: Status) =>
  underWay === null && sources.length > 0 && sources.every(({ lastPullAt }) => lastPullAt === null)

function Welcome({ of: { sources } }: { of: Status }) {
  return (
    <Notice
      tone="info"
      title="Ready for the first sync"
      actions={
        <button type="button" class="button strong" onClick={() => syncNow(null)}>
          <Icon name="bolt" /> Start it
        </button>
      }
    >
      <p>
        It reads {many(sources.length, 'source')} and all of Heymarket, adopts the people who are there
        already, and writes only what differs. <Prose text="`heysync plan`" /> shows beforehand what that
        would be, field by field.
      </p>
    </Notice>
  )
}

function Figures({ of: { contacts, rejections } }: { of: Status }) {
  const missing = contacts.wanted - contacts.inHeymarket
  return (
    <dl class="figures">
      <Figure n={contacts.wanted} name="people wanted" note="by your sources" href={to('people')} />
      <Figure
        n={contacts.inHeymarket}
        name="in Heymarket"
        note={
          contacts.wanted === 0
            ? 'of those wanted'
            : missing > 0
              ? `${many(missing, 'more', 'more')} to come`
              : 'all of them'
        }
      />
      <Figure n={contacts.optedOut} name="opted out" note="never texted" />
      <Figure n={rejections} name="rejected" note="each with a reason" href={to('left-out', 'rejections')} />
      <Figure n={contacts.collisions} name="shared numbers" note="one record wins" />
    </dl>
  )
}

function Figure({ n, name, note, href }: { n: number; name: string; note: string; href?: string }) {
  return (
    <div>
      <dt>{href === undefined ? name : <a href={href}>{name}</a>}</dt>
      <dd class="num">{count(n)}</dd>
      <dd class="soft">{note}</dd>
    </div>
  )
}

function NextTick({ of: { sources } }: { of: Status }) {
  const next = sources
    .filter(({ state, nextAt }) => state !== 'paused' && nextAt !== null)
    .map(({ nextAt }) => nextAt ?? '')
    .sort()[0]
  if (next === undefined) return null
  return (
    <span>
      next tick <Time at={next} />
    </span>
  )
}

function Budget({ of: { budget } }: { of: Status }) {
  return (
    <div class="gauge">
      <p>
        <span>Requests in the last minute</span>
        <span class="num">
          <b>{count(budget.used)}</b> of {count(budget.perMinute)}
        </span>
      </p>
      <Meter value={budget.used} most={budget.perMinute} />
    </div>
  )
}

function Outbox({ of: { outbox } }: { of: Status }) {
  const most = Math.max(1, ...outbox.lanes.map(({ waiting }) => waiting))
  return (
    <div class="lanes">
      <p>
        <span>Waiting to be written</span>
        <b class="num">{count(outbox.waiting)}</b>
      </p>
      <ul>
        {outbox.lanes.map(({ lane, waiting }) => (
          <li key={lane} class={waiting === 0 ? 'none' : ''}>
            <span>{laneText(lane)}</span>
            <span class="track" aria-hidden="true">
              <i style={{ width: `${(100 * waiting) / most}%` }} />
            </span>
            <span class="num">{count(waiting)}</span>
          </li>
        ))}
      </ul>
      <p class="fine">The upper lanes go first.</p>
    </div>
  )
}
