// Owns the dialog before a full resync: what it reads, and what it costs.
import { resync } from '../api/actions.ts'
import { withQuery } from '../api/pages.ts'
import { useResource } from '../api/resource.ts'
import type { Preview } from '../api/types.ts'
import { close } from '../shell/open.ts'
import { to } from '../shell/route.ts'
import { Dialog } from '../ui/dialog.tsx'
import { count, many, span } from '../ui/format.ts'
import { attempt } from '../ui/toast.tsx'
import { Ready } from '../ui/waiting.tsx'

export function Resync({ source }: { source: string | null }) {
  const view = useResource<Preview>(withQuery('/api/resync/preview', { source }))
  const run = async () => {
    const good = await attempt(
      () => resync(source),
      ({ cycle }) => ({ text: 'The full resync is accepted.', href: to('cycles', cycle) }),
    )
    if (good) close()
  }
  return (
    <Dialog title={source === null ? 'Full resync' : `Full resync of ${source}`} onClose={close}>
      <p>
        Everything is read on both sides and compared. Only true differences are written, and the guard holds
        what is unusual.
      </p>
      <Ready view={view} lines={3}>
        {({ sources, heymarketContacts, requests, minutes }) => (
          <dl class="cost">
            {sources.map(({ id, records }) => (
              <div key={id}>
                <dt>Read from {id}</dt>
                <dd class="num">{many(records, 'record')}</dd>
              </div>
            ))}
            <div>
              <dt>Read from Heymarket</dt>
              <dd class="num">{many(heymarketContacts, 'contact')}</dd>
            </div>
            <div class="sum">
              <dt>Requests to Heymarket</dt>
              <dd class="num">about {count(requests)}</dd>
            </div>
            <div class="sum">
              <dt>Time</dt>
              <dd class="num">about {span(minutes * 60)}</dd>
            </div>
          </dl>
        )}
      </Ready>
      <p class="soft">Edits overtake it, and you can stop and start heysync: it goes on where it was.</p>
      <footer>
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="button strong" onClick={run}>
          Start full resync
        </button>
      </footer>
    </Dialog>
  )
}
