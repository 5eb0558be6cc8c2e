// Owns the list of cycles, newest first.
import { usePages, withQuery } from '../api/pages.ts'
import type { Cycles as Answer, CycleRow } from '../api/types.ts'
import { to } from '../shell/route.ts'
import { CycleState } from '../ui/badge.tsx'
import { count, shortId, span } from '../ui/format.ts'
import { More, Page, Table } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { Empty, Ready } from '../ui/waiting.tsx'
import { modeText, triggerText } from '../ui/words.ts'

const LIMIT = 50

export function Cycles() {
  const { first, rows, error, more, busy } = usePages<Answer, CycleRow>(
    {
      path: (before) => withQuery('/api/cycles', { limit: LIMIT, before }),
      rows: ({ cycles }) => cycles,
      next: ({ before }) => before,
    },
    ['cycle', 'status'],
  )
  return (
    <Page
      title="Cycles"
      lead="Each pass from the sources to Heymarket, with what it read, planned and wrote."
    >
      <Ready view={{ data: first, error }} lines={8}>
        {() =>
          rows.length === 0 ? (
            <Empty icon="cycles" title="No cycle ran yet">
              The first one begins by schedule, or at once with Sync now on the <a href={to()}>overview</a>.
            </Empty>
          ) : (
            <div class="panel flush">
              <Table label="Cycles">
                <thead>
                  <tr>
                    <th scope="col">Started</th>
                    <th scope="col">State</th>
                    <th scope="col" class="wide">
                      Kind
                    </th>
                    <th scope="col" class="wide">
                      Sources
                    </th>
                    <th scope="col" class="right wide">
                      Read
                    </th>
                    <th scope="col" class="right">
                      Written
                    </th>
                    <th scope="col" class="wide">
                      Plan
                    </th>
                    <th scope="col" class="right wide">
                      Took
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <Row key={row.id} of={row} />
                  ))}
                </tbody>
              </Table>
              <More more={more} busy={busy} />
            </div>
          )
        }
      </Ready>
    </Page>
  )
}

function Row({ of: row }: { of: CycleRow }) {
  return (
    <tr>
      <th scope="row">
        <a href={to('cycles', row.id)} title={row.id}>
          <Time at={row.startedAt} />
        </a>
        <span class="fine mono wide">{shortId(row.id)}</span>
        <span class="fine narrow">{modeText(row.mode)}</span>
      </th>
      <td>
        <CycleState of={row.status} />
      </td>
      <td class="wide">
        {modeText(row.mode)}
        <span class="fine">{triggerText(row.trigger)}</span>
      </td>
      <td class="wide">{row.sources.join(', ')}</td>
      <td class="right num wide">{count(row.read)}</td>
      <td class="right num">{count(row.push.acked)}</td>
      <td class="wide">
        <PlanText of={row.plan} />
      </td>
      <td class="right num wide">{row.finishedAt === null ? '…' : span(tookSeconds(row))}</td>
    </tr>
  )
}

export const tookSeconds = ({ startedAt, finishedAt }: CycleRow): number =>
  finishedAt === null ? 0 : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000

/** What is not nothing. */
function PlanText({ of }: { of: CycleRow['plan'] }) {
  const parts = [
    [of.create, 'new'],
    [of.update, 'changed'],
    [of.remove, 'removed'],
    [of.listAdd, 'onto lists'],
    [of.listRemove, 'off lists'],
    [of.held, 'held'],
  ].filter(([n]) => n !== 0) as [number, string][]
  if (parts.length === 0) return <span class="soft">no change</span>
  return <span class="num">{parts.map(([n, name]) => `${count(n)} ${name}`).join(', ')}</span>
}
