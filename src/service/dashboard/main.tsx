// Owns the start of the dashboard.
import { render } from 'preact'
import { stayLive } from './api/live.ts'
import { App } from './shell/app.tsx'
import { startKeys } from './shell/keys.ts'
import { startRouting } from './shell/route.ts'
import { startClock } from './ui/clock.ts'
import { startTheme } from './ui/theme.ts'

startTheme()
startClock()
startRouting()
startKeys()
stayLive()
const root = document.getElementById('app')
if (root !== null) render(<App />, root)
