// Owns the ways around: the rail at the side, the bar on top with the search, the bar at the foot of a phone.
import { useEffect, useState } from 'preact/hooks'
import { link, lostSince } from '../api/live.ts'
import { now } from '../ui/clock.ts'
import { count, relative } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { isDark, theme } from '../ui/theme.ts'
import { opened } from './open.ts'
import { ON_A_PHONE, PLACES, type Place } from './places.ts'
import { go, refine, route } from './route.ts'
import { useStatus, waitingFor } from './status.ts'

export function Rail() {
  const { data } = useStatus()
  return (
    <aside class="rail">
      <a class="brand" href="#/" aria-label="heysync, overview">
        <Mark />
        <span>heysync</span>
      </a>
      <nav aria-label="Pages">
        <Links places={PLACES} />
      </nav>
      <div class="rail-foot">
        <Connection />
        <DarkSwitch />
        <button type="button" class="rail-link" onClick={() => (opened.value = { kind: 'keys' })}>
          <kbd>?</kbd> Keyboard
        </button>
        {data ? <p class="version num">heysync {data.version}</p> : null}
      </div>
    </aside>
  )
}

/** The same as links, with what waits behind them. */
export function Links({ places }: { places: readonly Place[] }) {
  const { data } = useStatus()
  const [here = ''] = route.value.path
  const waiting = (at: string) => {
    if (data === null) return 0
    if (at === '') return waitingFor(data)
    return at === 'left-out' ? data.outbox.deadLetters : 0
  }
  return (
    <ul>
      {places.map(({ name, href, at, icon }) => (
        <li key={at}>
          <a href={href} aria-current={here === at ? 'page' : undefined}>
            <Icon name={icon} />
            <span>{name}</span>
            {waiting(at) > 0 ? (
              <span class="pip num">
                {count(waiting(at))}
                <span class="unseen"> {at === '' ? 'waiting for you' : 'dead letters'}</span>
              </span>
            ) : null}
          </a>
        </li>
      ))}
    </ul>
  )
}

export function Foot() {
  const [here = ''] = route.value.path
  const beyond = PLACES.slice(ON_A_PHONE).some(({ at }) => at === here)
  return (
    <nav class="foot" aria-label="Pages, short">
      <Links places={PLACES.slice(0, ON_A_PHONE)} />
      <button
        type="button"
        class={beyond ? 'here' : ''}
        aria-haspopup="dialog"
        onClick={() => (opened.value = { kind: 'menu' })}
      >
        <Icon name="more" />
        <span>More</span>
      </button>
    </nav>
  )
}

export function Top() {
  const asked = route.value.query.get('q') ?? ''
  const onPeople = route.value.path[0] === 'people' && route.value.path.length === 1
  const [text, setText] = useState(asked)
  useEffect(() => {
    if (onPeople) setText(asked)
  }, [asked, onPeople])
  useEffect(() => {
    if (!onPeople || text === asked) return
    const later = setTimeout(() => refine({ q: text.trim() }), 250)
    return () => clearTimeout(later)
  }, [text])
  const search = (event: Event) => {
    event.preventDefault()
    go(`#/people${text.trim() === '' ? '' : `?q=${encodeURIComponent(text.trim())}`}`)
  }
  return (
    <header class="top">
      <a class="brand" href="#/" aria-label="heysync, overview">
        <Mark />
      </a>
      <search>
        <form onSubmit={search}>
          <Icon name="search" />
          <label class="unseen" for="search">
            Find people by phone, name or record id
          </label>
          <input
            id="search"
            type="search"
            autocomplete="off"
            spellcheck={false}
            placeholder="Phone, name or record id"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <kbd title="Press / to search">/</kbd>
        </form>
      </search>
      <Connection />
    </header>
  )
}

/** Whether what is shown is of now. */
function Connection() {
  const since = lostSince.value
  const words = {
    starting: 'Connecting…',
    live: 'Live',
    polling: 'Every 5 s',
    lost: since === null ? 'Disconnected' : `Disconnected ${relative(since, Math.max(since, now.value))}`,
  }
  const titles = {
    starting: 'Asking for live events',
    live: 'Every change shows at once',
    polling: 'Live events do not come through; the page asks every 5 seconds and goes on trying',
    lost: 'heysync does not answer. What you see is from before; the page goes on trying.',
  }
  return (
    <span class={`connection ${link.value}`} role="status" title={titles[link.value]}>
      <i aria-hidden="true" />
      {words[link.value]}
    </span>
  )
}

export function DarkSwitch() {
  const dark = isDark()
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      aria-checked={dark}
      onClick={() => (theme.value = dark ? 'light' : 'dark')}
    >
      <Icon name={dark ? 'moon' : 'sun'} />
      Dark
      <i aria-hidden="true" />
    </button>
  )
}

export function Mark() {
  return (
    <svg class="mark-of-heysync" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M8.5 14.2a8 8 0 0 1 14-3.6M23.5 17.8a8 8 0 0 1-14 3.6" />
      <circle class="near" cx="23.2" cy="11" r="2.5" />
      <circle class="far" cx="8.8" cy="21" r="2.5" />
    </svg>
  )
}
