// Owns the approval of what a cycle held: it says what will happen, and wants a number typed where people are removed.
import { useEffect, useState } from 'preact/hooks'
import { approve } from '../api/actions.ts'
import { type ApiError, get, messageOf } from '../api/client.ts'
import { withQuery } from '../api/pages.ts'
import type { ChangeRow, Changes, Cycle } from '../api/types.ts'
import { close } from '../shell/open.ts'
import { to } from '../shell/route.ts'
import { Dialog } from '../ui/dialog.tsx'
import { count, many } from '../ui/format.ts'
import { Notice } from '../ui/notice.tsx'
import { attempt } from '../ui/toast.tsx'
import { Failed, Skeleton } from '../ui/waiting.tsx'
import { ChangeList } from './changes.tsx'
import { HeldReason } from './held.tsx'

const PAGE = 200
/** More pages than these are not read: then it is taken that somebody among them is removed. */
const MOST_PAGES = 25
const SHOWN = 3

interface Held {
  readonly cycle: Cycle
  readonly changes: readonly ChangeRow[]
  readonly complete: boolean
}

export function Approve({ cycle }: { cycle: string }) {
  const [held, setHeld] = useState<Held | null>(null)
  const [error, setError] = useState<ApiError | null>(null)
  const [typed, setTyped] = useState('')
  useEffect(() => {
    readHeld(cycle).then(setHeld, (thrown) => setError(messageOf(thrown)))
  }, [cycle])
  const run = async (event: Event) => {
    event.preventDefault()
    const good = await attempt(
      () => approve(cycle),
      (accepted) => ({ text: 'Approved. A cycle writes it now.', href: to('cycles', accepted.cycle) }),
    )
    if (good) close()
  }
  return (
    <Dialog title="Approve what is held" onClose={close}>
      {error ? <Failed error={error} /> : null}
      {held === null && error === null ? <Skeleton lines={5} /> : null}
      {held === null ? null : (
        <form onSubmit={run}>
          <What {...held} />
          <Confirm
            removals={removalsOf(held)}
            deletes={held.changes.some(isDelete)}
            typed={typed}
            onType={setTyped}
          />
          <footer>
            <button type="button" class="button" onClick={close}>
              Cancel
            </button>
            <button
              type="submit"
              class={`button ${removalsOf(held) === 0 ? 'strong' : 'danger'}`}
              disabled={removalsOf(held) > 0 && typed.trim() !== String(removalsOf(held))}
            >
              Approve {many(totalOf(held), 'change')}
            </button>
          </footer>
        </form>
      )}
    </Dialog>
  )
}

function What({ cycle, changes, complete }: Held) {
  const kinds = Object.entries(Object.groupBy(changes, ({ kind, detail }) => sentence(kind, detail)))
  return (
    <>
      {cycle.held.map((part) => (
        <HeldReason key={`${part.about}${part.reason}`} part={part} />
      ))}
      <p>Approved, this is written to Heymarket at once:</p>
      <ul class="will">
        {kinds.map(([what, rows = []]) => (
          <li key={what}>
            <b class="num">
              {complete ? '' : 'at least '}
              {many(rows.length, 'contact')}
            </b>{' '}
            {what}
          </li>
        ))}
      </ul>
      <ChangeList changes={changes.slice(0, SHOWN)} />
      {changes.length > SHOWN ? (
        <p class="fine">
          <a href={`${to('cycles', cycle.id)}?state=held`} onClick={close}>
            See all {count(totalOf({ cycle, changes, complete }))} before you decide
          </a>
        </p>
      ) : null}
      <p class="soft">
        Exactly these changes are released, as they are shown. One that has become another one is not.
      </p>
    </>
  )
}

const isDelete = ({ kind, detail }: ChangeRow) => kind === 'remove' && detail === 'delete'

function Confirm({
  removals,
  deletes,
  typed,
  onType,
}: {
  removals: number
  deletes: boolean
  typed: string
  onType: (text: string) => void
}) {
  if (removals === 0) return null
  return (
    <Notice tone="bad" title={`${many(removals, 'removal')}${deletes ? ', for good' : ''}`}>
      <p>
        {deletes
          ? 'A deleted contact cannot be brought back, nor can its conversation.'
          : 'Make sure that these people really left, and that the source does not show too little.'}
      </p>
      <label for="confirm">
        Type <b class="num">{removals}</b> to confirm that you mean it
      </label>
      <input
        id="confirm"
        inputMode="numeric"
        autocomplete="off"
        value={typed}
        onInput={(event) => onType(event.currentTarget.value)}
      />
    </Notice>
  )
}

const totalOf = ({ cycle, changes }: Held) =>
  Math.max(
    changes.length,
    cycle.held.reduce((sum, part) => sum + part.changes, 0),
  )

function removalsOf(held: Held): number {
  const seen = held.changes.filter(({ kind }) => kind === 'remove').length
  return held.complete ? seen : Math.max(seen, totalOf(held))
}

function sentence(kind: ChangeRow['kind'], detail: string | null): string {
  const list = detail === null ? 'a list' : `the list “${detail}”`
  switch (kind) {
    case 'create':
      return 'created'
    case 'update':
      return 'changed'
    case 'listAdd':
      return `put on ${list}`
    case 'listRemove':
      return `taken off ${list}`
    case 'remove':
      return REMOVALS[detail ?? ''] ?? 'removed'
  }
}

const REMOVALS: Readonly<Record<string, string>> = {
  tag: 'tagged as having left',
  removeFromLists: 'taken off every list, because they left their source',
  clear: 'cleared of the fields that heysync wrote',
  delete: 'deleted; this can destroy their conversations',
}

async function readHeld(id: string): Promise<Held> {
  const path = `/api/cycles/${encodeURIComponent(id)}`
  const cycle = await get<Cycle>(path)
  const changes: ChangeRow[] = []
  let after: string | null = null
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { state: 'held', limit: PAGE, after }
    const answer: Changes = await get<Changes>(withQuery(`${path}/changes`, query))
    changes.push(...answer.changes)
    after = answer.after
    if (after === null) return { cycle, changes, complete: true }
  }
  return { cycle, changes, complete: false }
}
