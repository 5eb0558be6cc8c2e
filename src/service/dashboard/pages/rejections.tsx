// Owns the records that cannot become a contact: by reason, then one by one with the value that failed.
import { usePages, withQuery } from '../api/pages.ts'
import type { Rejections as Answer } from '../api/types.ts'
import { refine, route, to } from '../shell/route.ts'
import { count } from '../ui/format.ts'
import { More, Panel, Table } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { Empty, Ready } from '../ui/waiting.tsx'

type Row = Answer['rejections'][number]

export function Rejections() {
  const code = route.value.query.get('code') ?? ''
  const { first, rows, error, more, busy } = usePages<Answer, Row>(
    {
      path: (after) => withQuery('/api/rejections', { code, limit: 50, after }),
      rows: ({ rejections }) => rejections,
      next: ({ after }) => after,
    },
    ['cycle'],
  )
  return (
    <Ready view={{ data: first, error }} lines={6}>
      {({ groups }) =>
        groups.length === 0 ? (
          <Empty icon="good" title="No record is rejected">
            Every record that your sources hold can become a contact.
          </Empty>
        ) : (
          <>
            <Groups of={groups} code={code} />
            <Panel
              title={code === '' ? 'All of them' : code}
              actions={
                code === '' ? null : (
                  <button type="button" class="button small" onClick={() => refine({ code: null })}>
                    Show all
                  </button>
                )
              }
            >
              <Table label="Rejected records">
                <thead>
                  <tr>
                    <th scope="col">Record</th>
                    <th scope="col">Value</th>
                    <th scope="col">Why, and what to do</th>
                    <th scope="col" class="wide">
                      Since
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <tr key={row.source + row.record + row.field}>
                      <th scope="row">
                        <a href={to('people', row.record)} class="mono">
                          {row.record}
                        </a>
                        <span class="fine">
                          {row.source}
                          {row.place === null ? '' : `, ${row.place}`}
                        </span>
                      </th>
                      <td>
                        {row.value === '' ? <span class="soft">empty</span> : <q class="mono">{row.value}</q>}
                        <span class="fine">{row.field}</span>
                      </td>
                      <td class="why">
                        {row.message}
                        <span class="fine">
                          <code>{row.code}</code>
                        </span>
                      </td>
                      <td class="wide">
                        <Time at={row.at} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </Table>
              <More more={more} busy={busy} />
            </Panel>
          </>
        )
      }
    </Ready>
  )
}

function Groups({ of, code }: { of: Answer['groups']; code: string }) {
  const most = Math.max(1, ...of.map((group) => group.count))
  return (
    <Panel title="By reason">
      <ul class="groups">
        {of.map((group) => (
          <li key={group.code}>
            <button
              type="button"
              aria-pressed={group.code === code}
              onClick={() => refine({ code: group.code === code ? null : group.code })}
            >
              <span class="num">{count(group.count)}</span>
              <span class="track" aria-hidden="true">
                <i style={{ width: `${(100 * group.count) / most}%` }} />
              </span>
              <span>
                <code>{group.code}</code>
                <span class="fine">{group.about}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
