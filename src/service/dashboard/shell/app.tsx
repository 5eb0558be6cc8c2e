// Owns the frame: navigation, search, the page, and what lies above it.
import { signedOut } from '../api/client.ts'
import { Cycle } from '../pages/cycle.tsx'
import { Cycles } from '../pages/cycles.tsx'
import { LeftOut } from '../pages/left-out.tsx'
import { List } from '../pages/list.tsx'
import { Lists } from '../pages/lists.tsx'
import { Messages } from '../pages/messages.tsx'
import { Overview } from '../pages/overview.tsx'
import { People } from '../pages/people.tsx'
import { Person } from '../pages/person.tsx'
import { Settings } from '../pages/settings.tsx'
import { Page } from '../ui/page.tsx'
import { Toasts } from '../ui/toast.tsx'
import { Empty } from '../ui/waiting.tsx'
import { Dialogs } from './dialogs.tsx'
import { Login } from './login.tsx'
import { Foot, Rail, Top } from './navigation.tsx'
import { route, to } from './route.ts'

export function App() {
  if (signedOut.value) return <Login />
  const skip = (event: Event) => {
    // The address after # is where one is, so the link cannot name the element.
    event.preventDefault()
    document.getElementById('main')?.focus()
  }
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it goes to a place on this page, whose address is taken */}
      <a class="skip" href="#main" onClick={skip}>
        Skip to content
      </a>
      <div class="frame">
        <Rail />
        <div class="body">
          <Top />
          <main id="main" tabIndex={-1}>
            <Screen key={route.value.path.join('/')} />
          </main>
        </div>
      </div>
      <Foot />
      <Dialogs />
      <Toasts />
    </>
  )
}

function Screen() {
  const [place = '', what] = route.value.path
  switch (place) {
    case '':
      return <Overview />
    case 'cycles':
      return what === undefined ? <Cycles /> : <Cycle id={what} />
    case 'people':
      return what === undefined ? <People /> : <Person asked={what} />
    case 'left-out':
      return <LeftOut part={what === 'rejections' ? 'rejections' : 'failures'} />
    case 'lists':
      return what === undefined ? <Lists /> : <List title={what} />
    case 'messages':
      return <Messages />
    case 'settings':
      return <Settings />
    default:
      return (
        <Page title="Not here">
          <Empty icon="search" title="There is no such page">
            <a href={to()}>Go to the overview</a>
          </Empty>
        </Page>
      )
  }
}
