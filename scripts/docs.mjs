// Writes every generated document, or with --check names the stale ones and fails. It needs a build first.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

if (!existsSync(join(root, 'dist'))) {
  process.stderr.write('docs: there is no dist/. Run: npm run build\n')
  process.exit(1)
}

const { connectors } = await import('../dist/connectors/index.js')
const { loadConnectors } = await import('../dist/src/connector/table.js')
const { configDocuments } = await import('../dist/src/config/generate/documents.js')
const { apiDocuments } = await import('../dist/src/service/front/documents.js')
const { cliDocuments } = await import('../dist/src/cli/docs.js')

// To generate more: export a list of GeneratedDocument from the module that owns the facts, and add it here.
const documents = [
  ...configDocuments(await loadConnectors(connectors)),
  ...(await cliDocuments()),
  ...apiDocuments(),
]

const stale = documents.flatMap(({ path, render }) => {
  const file = join(root, path)
  const current = existsSync(file) ? readFileSync(file, 'utf8') : null
  const wanted = render(current)
  return current === wanted ? [] : [{ path, file, wanted }]
})

if (process.argv.includes('--check')) {
  for (const { path } of stale) process.stderr.write(`docs: ${path} is stale\n`)
  if (stale.length > 0) {
    process.stderr.write('docs: bring them up to date with: npm run build && node scripts/docs.mjs\n')
    process.exitCode = 1
  }
} else {
  for (const { path, file, wanted } of stale) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, wanted)
    process.stdout.write(`${path}\n`)
  }
}
