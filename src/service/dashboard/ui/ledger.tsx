// Owns the ledger: a sum that adds up where one can see it, as a bar and as an equation; and says so when it does not.
import { Fragment } from 'preact'
import type { Counts } from '../api/types.ts'
import { count, percent } from './format.ts'
import { Icon } from './icon.tsx'

interface Part {
  readonly name: string
  readonly n: number
  /** Names its colour. */
  readonly kind: string
}

export function Ledger({ total, name, parts }: { total: number; name: string; parts: readonly Part[] }) {
  const sum = parts.reduce((all, { n }) => all + n, 0)
  const off = total - sum
  return (
    <div class="ledger">
      <div class="bar" aria-hidden="true">
        {parts.map(({ name, n, kind }) =>
          n === 0 ? null : <span key={name} class={kind} style={{ flexGrow: Math.max(n / total, 0.006) }} />,
        )}
      </div>
      <p class="equation num">
        <span class="term total">
          <b>{count(total)}</b> {name}
        </span>
        {parts.map((part, at) => (
          <Fragment key={part.name}>
            <span class="sign">{at === 0 ? '=' : '+'}</span>
            <span class={`term ${part.n === 0 ? 'zero' : ''}`}>
              <i class={`dot ${part.kind}`} aria-hidden="true" />
              <b>{count(part.n)}</b> {part.name}
            </span>
          </Fragment>
        ))}
        {off === 0 ? (
          <span class="sound" title="The sum is right">
            <Icon name="good" />
            <span class="unseen">adds up</span>
          </span>
        ) : (
          <span class="unsound">
            <Icon name="warn" />
            does not add up: {count(Math.abs(off))} {off > 0 ? 'missing' : 'too many'}
          </span>
        )}
      </p>
    </div>
  )
}

/** What became of the records of one pull. */
export function ReadLedger({ of }: { of: Counts }) {
  return (
    <Ledger
      total={of.read}
      name="read"
      parts={[
        { name: 'unchanged', n: of.unchanged, kind: 'k-calm' },
        { name: 'accepted', n: of.accepted, kind: 'k-good' },
        { name: 'rejected', n: of.rejected, kind: 'k-bad' },
        { name: 'filtered', n: of.filtered, kind: 'k-soft' },
        { name: 'deleted', n: of.deleted, kind: 'k-dark' },
      ]}
    />
  )
}

/** How full something is, beside words that say it. */
export function Meter({ value, most }: { value: number; most: number }) {
  const full = percent(value, most)
  return (
    <div class={`meter ${full >= 95 ? 'full' : ''}`} aria-hidden="true">
      <span style={{ width: `${full}%` }} />
    </div>
  )
}

/** How far something is; without a total, that it goes on. */
export function Progress({ label, done, total }: { label: string; done: number; total: number | null }) {
  return total === null || total === 0 ? (
    <div class="progress open" role="progressbar" aria-label={label}>
      <span />
    </div>
  ) : (
    <div
      class="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={Math.min(done, total)}
    >
      <span style={{ width: `${percent(done, total)}%` }} />
    </div>
  )
}
