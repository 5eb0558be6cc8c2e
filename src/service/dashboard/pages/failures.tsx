// Owns the changes that were not written, by cause: what to do, whom it concerns, and putting them back.
import { useResource } from '../api/resource.ts'
import type { Failures as Answer, FailureRow } from '../api/types.ts'
import { opened } from '../shell/open.ts'
import { to } from '../shell/route.ts'
import { State } from '../ui/badge.tsx'
import { many, phone } from '../ui/format.ts'
import { Panel, Table } from '../ui/page.tsx'
import { Prose } from '../ui/prose.tsx'
import { Time } from '../ui/time.tsx'
import { Empty, Ready } from '../ui/waiting.tsx'
import { kindText } from '../ui/words.ts'

type Cause = Answer['causes'][number]

export function Failures() {
  const view = useResource<Answer>('/api/failures', ['cycle', 'status'])
  return (
    <Ready view={view} lines={6}>
      {({ causes }) =>
        causes.length === 0 ? (
          <Empty icon="good" title="Everything was written">
            What Heymarket does not take shows here, with the way out.
          </Empty>
        ) : (
          causes.map((cause) => <CausePanel key={cause.id} of={cause} />)
        )
      }
    </Ready>
  )
}

function CausePanel({ of: cause }: { of: Cause }) {
  const title = cause.cause ?? cause.code ?? 'Not known'
  return (
    <Panel
      title={title}
      class="cause"
      note={
        <>
          <State of={cause.state} /> <span class="num">{many(cause.count, 'change')}</span>{' '}
          {cause.code === null ? null : <code>{cause.code}</code>}
        </>
      }
      actions={
        cause.state === 'dead' ? (
          <button
            type="button"
            class="button"
            onClick={() => {
              opened.value = { kind: 'redrive', cause: cause.id, count: cause.count, title }
            }}
          >
            Redrive…
          </button>
        ) : null
      }
    >
      <p class="way pad">
        <b>Way out</b> <Prose text={cause.wayOut} />
      </p>
      <Table label={`Concerned by: ${title}`}>
        <thead>
          <tr>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col" class="wide">
              Record
            </th>
            <th scope="col" class="right wide">
              Attempts
            </th>
            <th scope="col">Since</th>
          </tr>
        </thead>
        <tbody>
          {cause.failures.map((failure) => (
            <Row key={failure.phone + failure.kind + failure.list} of={failure} cause={cause.cause} />
          ))}
        </tbody>
      </Table>
      {cause.count > cause.failures.length ? (
        <p class="soft pad num">
          and {many(cause.count - cause.failures.length, 'more', 'more')}; all of them are in the CSV.
        </p>
      ) : null}
    </Panel>
  )
}

function Row({ of: row, cause }: { of: FailureRow; cause: string | null }) {
  return (
    <tr>
      <th scope="row">
        <a href={to('people', row.phone)}>{row.name || phone(row.phone)}</a>
        <span class="fine num">{phone(row.phone)}</span>
      </th>
      <td>
        {kindText(row.kind)}
        {row.field === null && row.list === null ? null : <span class="fine">{row.list ?? row.field}</span>}
        {row.message === null || row.message === cause ? null : <span class="fine">{row.message}</span>}
      </td>
      <td class="wide">
        {row.source ?? ''}
        <span class="fine mono">{row.record}</span>
      </td>
      <td class="right num wide">
        {row.attempts}
        {row.requestId === null ? null : (
          <span class="fine mono" title="Request id, for Heymarket's support">
            {row.requestId}
          </span>
        )}
      </td>
      <td>
        <Time at={row.since} />
      </td>
    </tr>
  )
}
