// Owns how changes are shown: who, what kind, and each field before and after.
import { Fragment } from 'preact'
import type { ChangeRow } from '../api/types.ts'
import { to } from '../shell/route.ts'
import { State } from '../ui/badge.tsx'
import { phone } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { kindText, RUNGS } from '../ui/words.ts'

export function ChangeList({ changes }: { changes: readonly ChangeRow[] }) {
  return (
    <ul class="changes">
      {changes.map((change) => (
        <li key={`${change.phone}${change.kind}${change.detail ?? ''}`}>
          <div class="who">
            <a href={to('people', change.phone)}>{change.name || phone(change.phone)}</a>
            {change.name ? <span class="num soft">{phone(change.phone)}</span> : null}
          </div>
          <div class="what">
            <span class={`kind ${change.kind}`}>{kindText(change.kind)}</span>
            {change.detail === null ? null : <span class="detail">{detailText(change)}</span>}
          </div>
          <Fields of={change} />
          <State of={change.state} />
        </li>
      ))}
    </ul>
  )
}

const detailText = ({ kind, detail }: ChangeRow) =>
  kind === 'remove' ? (RUNGS[detail ?? ''] ?? detail) : detail

function Fields({ of: { fields, kind } }: { of: ChangeRow }) {
  return (
    <dl class="fields">
      {fields.map(({ field, before, after }) => (
        <Fragment key={field}>
          <dt>{field}</dt>
          <dd>
            {kind === 'create' ? null : (
              <>
                <del>
                  <span class="unseen">before: </span>
                  {before === '' ? <i>empty</i> : before}
                </del>
                <Icon name="arrow" />
              </>
            )}
            <ins>
              <span class="unseen">after: </span>
              {after === '' ? <i>empty</i> : after}
            </ins>
          </dd>
        </Fragment>
      ))}
    </dl>
  )
}
