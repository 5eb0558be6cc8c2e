// Owns the dialogs: each says what will happen before it does.
import { redrive } from '../api/actions.ts'
import { Approve } from '../pages/approve.tsx'
import { Resync } from '../pages/resync.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { many } from '../ui/format.ts'
import { attempt } from '../ui/toast.tsx'
import { DarkSwitch, Links } from './navigation.tsx'
import { close, opened } from './open.ts'
import { PLACES } from './places.ts'
import { to } from './route.ts'

export function Dialogs() {
  const now = opened.value
  switch (now?.kind) {
    case undefined:
      return null
    case 'resync':
      return <Resync source={now.source} />
    case 'approve':
      return <Approve cycle={now.cycle} />
    case 'redrive':
      return <Redrive {...now} />
    case 'keys':
      return <Keys />
    case 'menu':
      return (
        <Dialog title="heysync" kind="drawer" onClose={close}>
          <nav aria-label="All pages" class="menu">
            <Links places={PLACES} />
          </nav>
          <DarkSwitch />
        </Dialog>
      )
  }
}

function Redrive({ cause, count, title }: { cause: string; count: number; title: string }) {
  const run = async () => {
    const good = await attempt(
      () => redrive({ cause }),
      ({ cycle }) => ({ text: `${many(count, 'dead letter')} put back.`, href: to('cycles', cycle) }),
    )
    if (good) close()
  }
  return (
    <Dialog title="Redrive" onClose={close}>
      <p>
        {many(count, 'dead letter')} with this cause {count === 1 ? 'goes' : 'go'} back into the outbox and{' '}
        {count === 1 ? 'is' : 'are'} tried once more by a cycle that begins now:
      </p>
      <blockquote>{title}</blockquote>
      <p class="soft">
        If the cause is still there, they end here again. Nothing is sent twice: heysync first looks up what
        became of the earlier attempts.
      </p>
      <footer>
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="button strong" onClick={run}>
          Put back {many(count, 'dead letter')}
        </button>
      </footer>
    </Dialog>
  )
}

function Keys() {
  return (
    <Dialog title="Keyboard" onClose={close}>
      <dl class="keys">
        <div>
          <dt>
            <kbd>/</kbd>
          </dt>
          <dd>Find people</dd>
        </div>
        {PLACES.map(({ name, key }) => (
          <div key={key}>
            <dt>
              <kbd>g</kbd> <kbd>{key}</kbd>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>Close a dialog, leave the search</dd>
        </div>
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>This table</dd>
        </div>
      </dl>
    </Dialog>
  )
}
