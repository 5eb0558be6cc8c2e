// The site of the documentation: `npm run docs` builds it, and a dead link fails the build. The pages are plain
// Markdown that reads as well on GitHub; what only the site has is in this folder.
import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import { defineConfig } from 'vitepress'
import { home } from './home.ts'
import { sidebar } from './sidebar.ts'
import { slug } from './slug.ts'

const REPOSITORY = new URL('../../', import.meta.url)

// Two arrows that meet: what the sources say, and what Heymarket holds.
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#1f6069"/><path d="M3 6h8l-2-2M13 10H5l2 2" fill="none" stroke="#fff" stroke-width="1.5"/></svg>'

export default defineConfig({
  title: 'heysync',
  description: "Keeps a Heymarket account's contacts equal to what your CRM, database or spreadsheet says.",
  lang: 'en',
  outDir: '../.cache/site',
  cacheDir: '../.cache/vitepress',
  cleanUrls: false,
  // No web fonts, no CDN, no telemetry: a reader's browser talks to the host of the site alone.
  head: [
    ['meta', { name: 'color-scheme', content: 'light dark' }],
    ['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }],
  ],
  markdown: {
    anchor: { slugify: slug },
    languageAlias: { cel: 'js' },
    config: (md) => {
      // `<your host>` in a sentence is text, and no tag of HTML.
      md.inline.ruler.disable('html_inline')
      md.core.ruler.push('outside-links', outsideAsWords)
      md.core.ruler.push('braces', bracesAsText)
    },
  },
  transformPageData: (page) =>
    page.relativePath === 'index.md' ? { frontmatter: { ...page.frontmatter, ...home } } : undefined,
  themeConfig: {
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Sources', link: '/sources' },
      { text: 'Commands', link: '/cli' },
      { text: 'Help', link: '/operations' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local', options: { detailedView: true } },
    docFooter: { prev: 'Before', next: 'Next' },
    footer: { message: 'heysync is free software under the MIT licence. It is not made by Heymarket.' },
  },
})

interface Token {
  readonly type: string
  readonly children: Token[] | null
  tag: string
  attrGet(name: string): string | null
  attrs: [string, string][] | null
}

/** `{{…}}` in a code span is a merge token of Heymarket, and nothing that Vue should work out. */
function bracesAsText(state: { tokens: Token[] }): void {
  for (const block of state.tokens)
    for (const token of block.children ?? []) if (token.type === 'code_inline') token.attrs = [['v-pre', '']]
}

/** A link to a file of the repository that is no page (LICENSE, README.md, config/…) leads nowhere on the site: only its words stay. */
function outsideAsWords(state: { tokens: Token[]; env: { relativePath?: string } }): void {
  for (const block of state.tokens) {
    let isOutside = false
    for (const token of block.children ?? []) {
      if (token.type === 'link_open')
        isOutside = leadsOutside(state.env.relativePath ?? '', token.attrGet('href') ?? '')
      if (!isOutside || !/^link_(open|close)$/.test(token.type)) continue
      token.tag = 'span'
      token.attrs = null
      if (token.type === 'link_close') isOutside = false
    }
  }
}

function leadsOutside(page: string, href: string): boolean {
  if (/^([a-z]+:|#|\/)/i.test(href)) return false
  const path = posix.normalize(posix.join('docs', posix.dirname(page), decodeURI(href).replace(/#.*$/, '')))
  const isPage = path.startsWith('docs/') && /\.(md|html)$|\/[^.]*$/.test(path)
  return !isPage && existsSync(new URL(path, REPOSITORY))
}
