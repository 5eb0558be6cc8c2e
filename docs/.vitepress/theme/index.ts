// The default theme without its web fonts, in our own colours, with a piece of real output on the home page.
import DefaultTheme from 'vitepress/theme-without-fonts'
import { h } from 'vue'
import './colours.css'

// As `heysync sync` and `heysync why` print it in the demo, shortened.
const OUTPUT = `$ heysync sync
~ update 2
  ~ 16175550147  clinic/P-1006
      email "sofia.r@example.com"
          → "sofia.rossi@example.org"
  ~ 919900000250  clinic/P-1009
      optedOut (blank) → "true"
✓ ok: 2 changes written

$ heysync why P-1010
Rejected: "call his wife" is not
a phone number.`

export default {
  extends: DefaultTheme,
  Layout: () =>
    h(DefaultTheme.Layout, null, {
      'home-hero-image': () => h('pre', { class: 'home-terminal', 'aria-label': 'What it prints' }, OUTPUT),
    }),
}
