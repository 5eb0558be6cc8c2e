// The order of the pages, by what a reader came for. A page that is not there is left out, so that the list may name
// what comes later. test/docs/site.test.ts says which page has no place yet.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const docs = new URL('../', import.meta.url)

interface Link {
  readonly text: string
  readonly link: string
}

interface Group {
  readonly text: string
  readonly collapsed?: boolean
  readonly items: Link[]
}

/** Title by page, without `.md`. */
type Pages = Readonly<Record<string, string>>

const GROUPS: Readonly<Record<string, Pages>> = {
  Start: {
    start: 'In five minutes',
    'how-it-works': 'How it works, and what it promises',
    comparison: 'Compared with other ways',
    faq: 'Questions and answers',
  },
  'Setting it up': {
    configuration: 'Configuration',
    mapping: 'Mapping and rules',
    'lists-and-consent': 'Lists and consent',
    messages: 'Messages',
    dashboard: 'Dashboard',
  },
  Sources: {
    sources: 'Choosing a source',
    ...connectorPages(),
    connectors: 'Write a connector',
  },
  'Running it': {
    operations: 'When something goes wrong',
    alerts: 'Alerts and metrics',
    backup: 'Backup',
    security: 'Security and privacy',
    'deploy/docker': 'Deploy with Docker',
    'deploy/systemd': 'Deploy with systemd',
    'deploy/kubernetes': 'Deploy on Kubernetes',
  },
  Reference: {
    cli: 'Commands',
    api: 'HTTP API',
    sql: 'SQL views',
    errors: 'Errors',
    heymarket: 'What it assumes of Heymarket',
    glossary: 'Glossary',
  },
  'Under the bonnet': {
    architecture: 'Architecture',
    performance: 'Speed, memory and scale',
    sandbox: 'The sandbox',
    simulation: 'The simulation',
  },
}

/** The groups of the sidebar, with the pages that are there. */
export function sidebar(): Group[] {
  return Object.entries(GROUPS)
    .map(([text, pages]) => ({ text, items: Object.entries(pages).filter(isThere).map(toLink) }))
    .filter((group) => group.items.length > 0)
}

function isThere([page]: [string, string]): boolean {
  return existsSync(new URL(`${page}.md`, docs))
}

function toLink([page, text]: [string, string]): Link {
  return { text, link: `/${page}` }
}

/** One page per connector, in the order of the alphabet. The title of a page is `# The … connector`. */
function connectorPages(): Pages {
  const folder = new URL('connectors/', docs)
  const names = readdirSync(folder).filter((name) => name.endsWith('.md'))
  return Object.fromEntries(
    names.sort().map((name) => {
      const [, title] = /^# (.+)$/m.exec(readFileSync(fileURLToPath(new URL(name, folder)), 'utf8')) ?? []
      return [`connectors/${name.slice(0, -3)}`, (title ?? name).replace(/^The (.+) connector$/, '$1')]
    }),
  )
}
