// Owns one cycle: what it read, planned and wrote, with sums that add up, what it held, and each change field by field.
import { usePages, withQuery } from '../api/pages.ts'
import { useResource } from '../api/resource.ts'
import type { Cycle as Answer, ChangeRow, Changes } from '../api/types.ts'
import { refine, route, to } from '../shell/route.ts'
import { CycleState } from '../ui/badge.tsx'
import { Choice } from '../ui/choice.tsx'
import { many, span } from '../ui/format.ts'
import { Ledger, ReadLedger } from '../ui/ledger.tsx'
import { Notice, ProblemNotice } from '../ui/notice.tsx'
import { More, Page, Panel } from '../ui/page.tsx'
import { Prose } from '../ui/prose.tsx'
import { Time } from '../ui/time.tsx'
import { Empty, Ready } from '../ui/waiting.tsx'
import { modeText, reasonText, triggerText } from '../ui/words.ts'
import { ChangeList } from './changes.tsx'
import { tookSeconds } from './cycles.tsx'
import { HeldNotice } from './held.tsx'

export function Cycle({ id }: { id: string }) {
  const path = `/api/cycles/${encodeURIComponent(id)}`
  const view = useResource<Answer>(path, ['cycle', 'status'])
  return (
    <Page
      title={view.data === null ? 'Cycle' : modeText(view.data.mode)}
      within={<a href={to('cycles')}>Cycles</a>}
      lead={view.data === null ? undefined : <Lead of={view.data} />}
    >
      <Ready view={view} lines={8}>
        {(cycle) => (
          <div class="stack">
            {cycle.problem === null ? null : <ProblemNotice problem={cycle.problem} />}
            {cycle.failures.map((failure) => (
              <ProblemNotice
                key={failure.source}
                problem={{ ...failure, message: `${failure.source}: ${failure.message}` }}
              />
            ))}
            {cycle.held.map((part) => (
              <HeldNotice key={part.about + part.reason} part={part} />
            ))}
            <Panel title="Read">
              {cycle.perSource.length === 0 ? <p class="soft pad">Nothing was read.</p> : null}
              {cycle.perSource.map((source) => (
                <div key={source.id} class="sum-row">
                  <h3>
                    {source.id} <span class="soft">{modeText(source.mode).toLowerCase()}</span>
                  </h3>
                  <ReadLedger of={source} />
                  {source.gone > 0 ? (
                    <p class="fine">
                      Beside these, {many(source.gone, 'known record')} did not show and count as gone.
                    </p>
                  ) : null}
                </div>
              ))}
            </Panel>
            <Panel title="Planned and written">
              <Planned of={cycle} />
            </Panel>
            <Warnings of={cycle.warnings} />
            <ChangesOf path={path} />
          </div>
        )}
      </Ready>
    </Page>
  )
}

function Lead({ of: cycle }: { of: Answer }) {
  return (
    <span class="lead-row">
      <CycleState of={cycle.status} />
      <span>
        {triggerText(cycle.trigger)}, <Time at={cycle.startedAt} />
        {cycle.finishedAt === null ? '' : `, took ${span(tookSeconds(cycle))}`}
      </span>
      {cycle.reason === null ? null : <span>because {reasonText(cycle.reason)}</span>}
      <code class="mono">{cycle.id}</code>
    </span>
  )
}

function Planned({ of: { plan, push } }: { of: Answer }) {
  const planned = plan.create + plan.update + plan.remove + plan.listAdd + plan.listRemove
  return (
    <>
      <div class="sum-row">
        <h3>By kind</h3>
        <Ledger
          total={planned}
          name="planned"
          parts={[
            { name: 'created', n: plan.create, kind: 'k-good' },
            { name: 'changed', n: plan.update, kind: 'k-calm' },
            { name: 'removed', n: plan.remove, kind: 'k-bad' },
            { name: 'onto lists', n: plan.listAdd, kind: 'k-soft' },
            { name: 'off lists', n: plan.listRemove, kind: 'k-dark' },
          ]}
        />
      </div>
      <div class="sum-row">
        <h3>
          By outcome{' '}
          <span class="soft">
            {many(push.requests, 'request')}, {span(push.seconds)}
          </span>
        </h3>
        <Ledger
          total={planned}
          name="planned"
          parts={[
            { name: 'written', n: push.acked, kind: 'k-good' },
            { name: 'tried again', n: push.retrying, kind: 'k-soft' },
            { name: 'put off', n: push.deferred, kind: 'k-calm' },
            { name: 'dead letters', n: push.deadLettered, kind: 'k-bad' },
            { name: 'held', n: plan.held, kind: 'k-warn' },
          ]}
        />
      </div>
    </>
  )
}

function Warnings({ of }: { of: readonly string[] }) {
  if (of.length === 0) return null
  return (
    <Notice tone="info" title={many(of.length, 'warning')}>
      <ul class="plain">
        {of.map((text) => (
          <li key={text}>
            <Prose text={text} />
          </li>
        ))}
      </ul>
    </Notice>
  )
}

const STATES = [
  ['', 'All'],
  ['written', 'Written'],
  ['held', 'Held'],
  ['waiting', 'Waiting'],
  ['dead', 'Dead letters'],
] as const

function ChangesOf({ path }: { path: string }) {
  const state = route.value.query.get('state') ?? ''
  const { first, rows, error, more, busy } = usePages<Changes, ChangeRow>(
    {
      path: (after) => withQuery(`${path}/changes`, { limit: 50, state, after }),
      rows: ({ changes }) => changes,
      next: ({ after }) => after,
    },
    ['cycle'],
  )
  return (
    <Panel
      title="Changes"
      actions={
        <Choice
          label="Which changes"
          options={STATES}
          value={state}
          onPick={(one) => refine({ state: one })}
        />
      }
    >
      <Ready view={{ data: first, error }} lines={5}>
        {() =>
          rows.length === 0 ? (
            <Empty icon="good" title={state === '' ? 'Nothing to change' : 'None of these'}>
              {state === '' ? 'Heymarket was equal to the sources.' : 'Choose All to see the others.'}
            </Empty>
          ) : (
            <>
              <ChangeList changes={rows} />
              <More more={more} busy={busy} />
            </>
          )
        }
      </Ready>
    </Panel>
  )
}
