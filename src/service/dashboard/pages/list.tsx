// Owns one list with its members.
import { usePages, withQuery } from '../api/pages.ts'
import { useResource } from '../api/resource.ts'
import type { Lists, Members } from '../api/types.ts'
import { to } from '../shell/route.ts'
import { State } from '../ui/badge.tsx'
import { many, phone } from '../ui/format.ts'
import { More, Page, Table } from '../ui/page.tsx'
import { Empty, Ready } from '../ui/waiting.tsx'
import { ToDo } from './lists.tsx'

type Row = Members['members'][number]

export function List({ title }: { title: string }) {
  const { data } = useResource<Lists>('/api/lists', ['cycle'])
  const list = data?.lists.find((one) => one.title === title)
  const { first, rows, error, more, busy } = usePages<Members, Row>(
    {
      path: (after) => withQuery('/api/lists/members', { title, limit: 100, after }),
      rows: ({ members }) => members,
      next: ({ after }) => after,
    },
    ['cycle'],
  )
  return (
    <Page
      title={title}
      within={<a href={to('lists')}>Lists</a>}
      lead={
        list ? (
          <span class="lead-row">
            <span class="num">{many(list.members, 'member')}</span>
            <code class="rule">{list.rule}</code>
            {list.waiting + list.refused + list.held > 0 ? <ToDo of={list} /> : null}
          </span>
        ) : undefined
      }
    >
      <Ready view={{ data: first, error }} lines={8}>
        {() =>
          rows.length === 0 ? (
            <Empty icon="people" title="Nobody is on this list">
              Whoever meets its rule is put on it by the next sync.
            </Empty>
          ) : (
            <div class="panel flush">
              <Table label={`Members of ${title}`}>
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col" class="wide">
                      Phone
                    </th>
                    <th scope="col">State</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <tr key={row.phone}>
                      <th scope="row">
                        <a href={to('people', row.phone)}>{row.name || phone(row.phone)}</a>
                        <span class="fine num narrow">{phone(row.phone)}</span>
                      </th>
                      <td class="num wide">{phone(row.phone)}</td>
                      <td>
                        <State of={row.state} />
                      </td>
                    </tr>
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
