// Owns the lists that heysync keeps: by what rule, who is on them, and who could not be put there.
import { useResource } from '../api/resource.ts'
import type { Lists as Answer } from '../api/types.ts'
import { to } from '../shell/route.ts'
import { Tag } from '../ui/badge.tsx'
import { count } from '../ui/format.ts'
import { Page, Table } from '../ui/page.tsx'
import { Empty, Ready } from '../ui/waiting.tsx'

type Row = Answer['lists'][number]

export function Lists() {
  const view = useResource<Answer>('/api/lists', ['cycle'])
  return (
    <Page title="Lists" lead="Kept by rule: people get on and off as their records change.">
      <Ready view={view}>
        {({ lists }) =>
          lists.length === 0 ? (
            <Empty icon="lists" title="No list is configured">
              A rule under <code>lists:</code> in heysync.yaml keeps one, for example{' '}
              <code>where: contact.tags.contains("VIP")</code>.
            </Empty>
          ) : (
            <div class="panel flush">
              <Table label="Lists">
                <thead>
                  <tr>
                    <th scope="col">List</th>
                    <th scope="col" class="wide">
                      Rule
                    </th>
                    <th scope="col" class="right">
                      Members
                    </th>
                    <th scope="col">To do</th>
                  </tr>
                </thead>
                <tbody>
                  {lists.map((row) => (
                    <tr key={row.title}>
                      <th scope="row">
                        <a href={to('lists', row.title)}>{row.title}</a>
                        <span class="fine num">
                          {row.id === null ? 'not in Heymarket yet' : `Heymarket list ${row.id}`}
                        </span>
                      </th>
                      <td class="wide">
                        <code class="rule">{row.rule}</code>
                      </td>
                      <td class="right num">{count(row.members)}</td>
                      <td>
                        <ToDo of={row} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </Table>
            </div>
          )
        }
      </Ready>
    </Page>
  )
}

export function ToDo({ of: { waiting, refused, held } }: { of: Row }) {
  if (waiting + refused + held === 0) return <span class="soft">nothing</span>
  return (
    <span class="tags num">
      {waiting > 0 ? <Tag tone="info">{count(waiting)} waiting</Tag> : null}
      {refused > 0 ? <Tag tone="bad">{count(refused)} refused</Tag> : null}
      {held > 0 ? <Tag tone="warn">{count(held)} held</Tag> : null}
    </span>
  )
}
