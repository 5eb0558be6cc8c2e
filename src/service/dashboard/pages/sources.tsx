// Owns how the sources look on the overview: their state, how fresh they are, and the counts of their last cycle.
import type { SourceState, Status } from '../api/types.ts'
import { opened } from '../shell/open.ts'
import { to } from '../shell/route.ts'
import { State } from '../ui/badge.tsx'
import { count, many, span } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { ReadLedger } from '../ui/ledger.tsx'
import { ProblemNotice } from '../ui/notice.tsx'
import { Time } from '../ui/time.tsx'
import { modeText, said } from '../ui/words.ts'
import { PauseButton } from './pause-button.tsx'
import { syncNow } from './sync-now.ts'

export function Sources({ of: { sources, problems } }: { of: Status }) {
  return (
    <ul class="sources">
      {sources.map((source) => (
        <li key={source.id}>
          <Source of={source} told={problems.some(({ code }) => code === source.problem?.code)} />
        </li>
      ))}
    </ul>
  )
}

/** What is said of a source that was never read to its end. */
const FIRST: Readonly<Record<string, string>> = {
  syncing: 'It is being read for the first time.',
  paused: 'Resume it, and what it holds is counted here.',
}

/** `told`: its problem stands on top of the page already, with the way out. */
function Source({ of: source, told }: { of: SourceState; told: boolean }) {
  const { id, connector, state, last, problem, records } = source
  const known = Object.entries(records).filter(([, n]) => n > 0)
  return (
    <article aria-label={id}>
      <div class="source-head">
        <h3>{id}</h3>
        {connector === id ? null : <span class="soft">{connector}</span>}
        <State of={state} />
        <Actions of={source} />
      </div>
      <dl class="facts">
        <Freshness of={source} />
        <div>
          <dt>Next</dt>
          <dd>
            {state === 'paused' ? (
              <span class="soft">paused</span>
            ) : (
              <span title={source.schedule ?? undefined}>
                <Time at={source.nextAt} none="by hand" />
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt>Full resync</dt>
          <dd>
            <Time at={source.lastFullPullAt} />
            {source.nextFullAt === null || state === 'paused' ? null : (
              <span class="soft" title={source.fullSchedule ?? undefined}>
                , next <Time at={source.nextFullAt} />
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt>Holds</dt>
          <dd class="num">
            {known.length === 0 ? <span class="soft">nothing yet</span> : null}
            {known.map(([name, n], at) => (
              <span key={name}>
                {at === 0 ? '' : ', '}
                {count(n)} {said(name).text.toLowerCase()}
              </span>
            ))}
          </dd>
        </div>
        {source.overlapLearned ? (
          <div>
            <dt>Reads again</dt>
            <dd title="Learned from how late its rows showed up">
              {span(source.overlapSeconds)} <span class="soft">learned</span>
            </dd>
          </div>
        ) : null}
      </dl>
      {problem === null ? null : told ? (
        <p class="stale">{problem.message}</p>
      ) : (
        <ProblemNotice problem={problem} />
      )}
      {last === null ? (
        <p class="soft">{FIRST[state] ?? 'Press Sync, and what it holds is counted here.'}</p>
      ) : (
        <>
          <p class="fine">
            <a href={to('cycles', last.cycle)}>Last cycle</a>, {modeText(last.mode).toLowerCase()}
            {last.gone > 0 ? `; ${many(last.gone, 'record')} gone` : ''}
          </p>
          <ReadLedger of={last} />
        </>
      )}
    </article>
  )
}

function Freshness({ of: { lastPullAt, freshnessSeconds, state } }: { of: SourceState }) {
  return (
    <div>
      <dt>As of</dt>
      <dd
        class={state === 'failing' ? 'stale' : ''}
        title={freshnessSeconds === null ? undefined : `Read to its end ${span(freshnessSeconds)} ago`}
      >
        <Time at={lastPullAt} />
      </dd>
    </div>
  )
}

function Actions({ of: { id, state } }: { of: SourceState }) {
  return (
    <div class="actions">
      <button
        type="button"
        class="button small"
        aria-label={`Sync ${id} now`}
        disabled={state === 'syncing'}
        onClick={() => syncNow(id)}
      >
        <Icon name="bolt" /> Sync
      </button>
      <button
        type="button"
        class="button small"
        aria-label={`Full resync of ${id}…`}
        onClick={() => {
          opened.value = { kind: 'resync', source: id }
        }}
      >
        Full…
      </button>
      <PauseButton paused={state === 'paused'} source={id} small />
    </div>
  )
}
