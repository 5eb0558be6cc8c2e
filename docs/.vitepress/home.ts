// What the home page of the site shows above its text: who it is for and what it does, in one look.
export const home = {
  layout: 'home',
  hero: {
    name: 'heysync',
    text: 'Your contacts in Heymarket, as your own systems have them',
    tagline:
      'For the people who run a Heymarket account, and the engineer who helps them. Reads your CRM, database or spreadsheet, and sends only what changed.',
    actions: [
      { theme: 'brand', text: 'Start in five minutes', link: '/start' },
      { theme: 'alt', text: 'How it works', link: '/how-it-works' },
      { theme: 'alt', text: 'Choose a source', link: '/sources' },
    ],
  },
  features: [
    {
      title: 'Everyone arrives, or has a reason',
      details:
        'Each record that was read is counted. What could not become a contact is listed, with its line and the reason.',
      link: '/mapping#rejections',
      linkText: 'The reasons',
    },
    {
      title: 'Stop means stop',
      details:
        'An opt-out seen anywhere counts for the number. No later edit of a source opts anybody back in.',
      link: '/lists-and-consent',
      linkText: 'Lists and consent',
    },
    {
      title: 'Nothing vanishes by accident',
      details:
        'An empty file removes nobody. An unusual number of changes is held until a person approves it.',
      link: '/operations#half-of-the-rows-are-gone',
      linkText: 'What is held',
    },
    {
      title: 'Once, also after a crash',
      details:
        'A change is written down before its request goes out. A lost answer is looked up, never blindly repeated.',
      link: '/how-it-works#when-something-breaks',
      linkText: 'How',
    },
    {
      title: 'Look before you leap',
      details:
        'See every change with its values before and after. Save a plan, let somebody read it, apply exactly that, undo it.',
      link: '/start#look-before-anything-is-written',
      linkText: 'Plan, sync, undo',
    },
    {
      title: 'Runs where your data is',
      details:
        'One program and one SQLite file on your own machine. It talks to your sources and to Heymarket, and to nobody else.',
      link: '/security',
      linkText: 'Security and privacy',
    },
  ],
}
