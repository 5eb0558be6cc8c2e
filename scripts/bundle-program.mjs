// Bundles the program: a start that reads a few large files is twice as fast as one that looks for hundreds of small ones.
// Each way in keeps the place that it has in src/, what several share is in dist/chunks/, so a class is the same wherever it
// comes from. Libraries that every start needs go into it, with their licences beside it; all others stay what npm installed.
import { readFileSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { build } from 'vite'

/** What package.json names, and threads. */
const WAYS_IN = [
  'src/main',
  'src/embed',
  'src/connector/contract',
  'src/connector/testing/testing',
  'src/heymarket/open',
  'src/db/checkpoint-thread',
  'src/service/front/worker',
]

/** What scripts of this repository use of the program: for pages that are generated, and to measure parts by themselves. */
const OF_SCRIPTS = [
  'connectors/index',
  'src/app',
  'src/cli/docs',
  'src/config/connectors-in-use',
  'src/config/generate/documents',
  'src/config/load',
  'src/connector/context',
  'src/connector/table',
  'src/db/checkpoints',
  'src/lib/clock',
  'src/lib/heap',
  'src/lib/logger',
  'src/sandbox/contact-rules',
  'src/sandbox/dialects',
  'src/sandbox/server',
  'src/sandbox/store',
  'src/service/front/documents',
  'src/sync/cycle',
  'src/sync/normalize/phone',
  'src/sync/reconcile/reconcile',
]

const INLINED = [
  '@fastify/rate-limit',
  '@marcbachmann/cel-js',
  'commander',
  'fastest-levenshtein',
  'fastify',
  'got',
  'i18n-iso-countries',
  'jose',
  'libphonenumber-js',
  'luxon',
  'node-cron',
  'p-limit',
  'picocolors',
  'prom-client',
  'string-width',
  'ulid',
  'yaml',
  'zod',
]

/** What belongs into dist/, by its path there. Rejects when something does not compile. */
export async function bundleProgram(root) {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const installed = Object.keys({ ...dependencies, ...peerDependencies }).filter(
    (name) => !INLINED.includes(name),
  )
  const { output } = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    plugins: [ownPlaces(root)],
    resolve: {
      // Connectors import what they are written against by the name of the package.
      alias: [
        { find: /^heysync\/connector$/, replacement: join(root, 'src/connector/contract.ts') },
        {
          find: /^heysync\/connector\/testing$/,
          replacement: join(root, 'src/connector/testing/testing.ts'),
        },
      ],
    },
    ssr: { noExternal: true, external: installed, target: 'node' },
    build: {
      ssr: true,
      write: false,
      target: 'node20',
      minify: false,
      license: { fileName: 'licenses.md' },
      rolldownOptions: {
        checks: { pluginTimings: false },
        input: Object.fromEntries(
          [...WAYS_IN, ...OF_SCRIPTS].map((name) => [name, join(root, `${name}.ts`)]),
        ),
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
          // A library for itself, with what it needs: else it would come along with whoever uses it first.
          codeSplitting: { groups: [{ name: libraryOf }] },
        },
      },
    },
  })
  return new Map(
    output.map((file) => [file.fileName, Buffer.from(file.type === 'chunk' ? file.code : file.source)]),
  )
}

function libraryOf(id) {
  const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]
  return INLINED.includes(name) ? name.replace('@', '').replace('/', '-') : null
}

/** A module that asks where it is wants what lies beside it in dist/, wherever its code has come to be. */
function ownPlaces(root) {
  const placeOf = /__ownPlace\("([^"]+)"\)/g
  return {
    name: 'own-places',
    enforce: 'pre',
    transform(code, id) {
      const path = relative(root, id)
      if (path.includes('node_modules') || !code.includes('import.meta.url')) return null
      const place = path.replaceAll('\\', '/').replace(/\.ts$/, '.js')
      return { code: code.replaceAll('import.meta.url', `__ownPlace("${place}")`), map: null }
    },
    renderChunk(code, { fileName }) {
      const from = posix.dirname(fileName)
      return {
        code: code.replace(placeOf, (_, place) =>
          place === fileName
            ? 'import.meta.url'
            : `new URL("${posix.relative(from, place)}", import.meta.url).href`,
        ),
        map: null,
      }
    },
  }
}
