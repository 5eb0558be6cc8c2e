// Builds the dashboard: bundles src/service/dashboard/ into a handful of files with fixed names that the daemon serves.
// Preact and its signals go into the bundle, so whoever runs heysync installs neither; their licences go beside it.
import { join } from 'node:path'
import { build } from 'vite'

const FOLDER = 'src/service/dashboard'

/** True for what the bundler reads, and the compiler and the copying of other files leave alone. */
export const isOfDashboard = (path) => path.replaceAll('\\', '/').startsWith(`${FOLDER}/`)

/** What belongs into dist/src/service/dashboard/, by file name. Rejects when something does not compile. */
export async function bundleDashboard(root) {
  const { output } = await build({
    configFile: false,
    root: join(root, FOLDER),
    base: './',
    logLevel: 'warn',
    publicDir: false,
    // Signals and Preact must be the same copy wherever they are imported from.
    resolve: { dedupe: ['preact'] },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      target: 'es2022',
      // Colours are written with light-dark(), which is not to be taken apart for older browsers.
      cssTarget: ['chrome123', 'safari17.5', 'firefox120'],
      modulePreload: false,
      assetsInlineLimit: 0,
      license: { fileName: 'licenses.md' },
      rolldownOptions: {
        // A slow machine is no fault of a plugin.
        checks: { pluginTimings: false },
        output: {
          entryFileNames: 'dashboard.js',
          assetFileNames: ({ names }) => (names[0]?.endsWith('.css') ? 'dashboard.css' : '[name][extname]'),
          codeSplitting: false,
        },
      },
    },
  })
  return new Map(
    output.map((file) => [file.fileName, Buffer.from(file.type === 'chunk' ? file.code : file.source)]),
  )
}
