// The site knows every page: one that stands in docs/ and not in its sidebar would be found by nobody.
import { expect, test } from 'vitest'
import { sidebar } from '../../docs/.vitepress/sidebar.ts'
import { pages } from './pages.ts'

const links = sidebar().flatMap((group) => group.items.map(({ link }) => `docs${link}.md`))

test('every page has a place in the sidebar, and one only', () => {
  const written = pages
    .map(({ path }) => path)
    .filter((path) => path.startsWith('docs/') && path !== 'docs/index.md')
  expect([...links].sort()).toEqual(written)
})
