// What may import what. Each rule says why it is there; `npm run check` fails on the first import that breaks one.

// The stages in the order of the flow. Reconcile stands beside diff: it brings the other half of what diff compares.
// Normalize comes before pull because pull calls it for each changed record, inside the transaction that saves a page.
const STAGES = ['normalize', 'pull', 'mirror', 'resolve', 'diff', 'guard', 'outbox', 'push']

// What every stage may know beside itself: small ground that has no opinion on the flow.
const GROUND = [
  'src/db/',
  'src/lib/',
  'src/connector/',
  'src/config/schema[.]ts$',
  'src/sync/contact[.]ts$',
  'src/sync/removal[.]ts$',
  'src/sync/mirror/',
]

// Scripts may import what the build makes, and that need not be there when imports are checked.
const BUILT = '(^|[.]/)dist/'

/** A rule that keeps one stage to the ground, to itself and to the folders given. */
function stage(name, allowed) {
  const paths = [...GROUND, `src/sync/${name}/`, ...allowed]
  return {
    name: `stage-${name}-looks-back-only`,
    comment:
      `${name} works on what earlier stages left behind. Knowing a later stage (or cycle.ts, which calls them all) ` +
      'would make the flow a web that can only be tested whole.',
    severity: 'error',
    from: { path: `^src/sync/${name}/` },
    to: { path: '^(src|connectors)/', pathNot: `^(${paths.join('|')})` },
  }
}

const earlier = (name) => STAGES.slice(0, STAGES.indexOf(name)).map((other) => `src/sync/${other}/`)

const stages = [
  // The mirror holds and the diff compares what Heymarket shows, so they speak of the client's contact. The stages on
  // the side of the sources, the guard and the outbox do not know that there is such a thing as an API.
  ...STAGES.filter((name) => name !== 'push').map((name) =>
    stage(name, ['mirror', 'diff'].includes(name) ? [...earlier(name), 'src/heymarket/'] : earlier(name)),
  ),
  stage('reconcile', [...earlier('diff'), 'src/heymarket/']),
  stage('push', [...earlier('push'), 'src/sync/reconcile/', 'src/heymarket/']),
  // Lists are brought up to date in the middle of the push, and learn in the same way what an account takes.
  stage('lists', [...earlier('push'), 'src/sync/push/', 'src/heymarket/']),
]

const sync = [
  {
    name: 'sync-knows-no-rim',
    comment: 'The engine is called by the command line and the daemon. It must run in a test without either.',
    severity: 'error',
    from: { path: '^src/sync/' },
    to: { path: '^src/((cli|service|sandbox|messaging)/|(app|main)[.]ts$)' },
  },
  {
    name: 'sync-ground-is-ground',
    comment:
      'contact.ts and removal.ts are what all stages speak of. If they knew a stage, every stage would know that one too.',
    severity: 'error',
    from: { path: '^src/sync/(contact|removal)[.]ts$' },
    to: { path: '^(src|connectors)/', pathNot: '^src/(lib/|config/schema[.]ts$)' },
  },
  ...stages,
]

const connectors = [
  {
    name: 'connector-is-an-outsider',
    comment:
      'A connector imports heysync/connector, npm packages, node and its own folder, as an outside package would: ' +
      'so that the SDK is complete, and a connector can move out any day.',
    severity: 'error',
    from: { path: '^connectors/([^/]+)/' },
    to: { path: '^(src|connectors|test|scripts)/', pathNot: '^(connectors/$1/|src/connector/)' },
  },
  {
    name: 'connector-uses-the-front-door',
    comment: 'A relative path into src/ works here and nowhere else. Write: heysync/connector.',
    severity: 'error',
    from: { path: '^connectors/' },
    to: { path: '^src/', dependencyTypesNot: ['aliased'] },
  },
  {
    name: 'connector-table-is-a-table',
    comment:
      'connectors/index.ts maps kinds to connectors. Anything else it knew would load with every command.',
    severity: 'error',
    from: { path: '^connectors/index[.]ts$' },
    to: { path: '^src/', pathNot: '^src/connector/' },
  },
  {
    name: 'tables-load-late',
    comment:
      'A command starts with its own code and the connectors of its config. Write: async () => (await import(…)).',
    severity: 'error',
    from: { path: '^(connectors/index|src/cli/table)[.]ts$' },
    to: { path: '^(connectors|src/cli/commands)/', dynamic: false },
  },
  {
    name: 'connector-is-in-the-table',
    comment:
      'A file of connectors/ that the table does not lead to is a connector that nobody can configure.',
    severity: 'error',
    from: { path: '^connectors/index[.]ts$' },
    to: { path: '^connectors/.+[.]ts$', reachable: false },
  },
  {
    name: 'nothing-names-a-vendor',
    comment:
      'src/ meets connectors through the table alone, so that a new kind of source is one folder and one line.',
    severity: 'error',
    from: { path: '^src/' },
    to: { path: '^connectors/', pathNot: '^connectors/index[.]ts$' },
  },
  {
    name: 'sdk-stands-alone',
    comment: 'heysync/connector is for outside authors. What it drags in, they load too.',
    severity: 'error',
    from: { path: '^src/connector/', pathNot: '^src/connector/testing/' },
    to: { path: '^(src|connectors)/', pathNot: '^src/(connector|lib)/' },
  },
  {
    name: 'sdk-without-its-kit',
    comment: 'The kit loads the engine and the test runner. A connector that runs needs neither.',
    severity: 'error',
    from: { path: '^(src|connectors)/', pathNot: '^src/connector/testing/' },
    to: { path: '^src/connector/testing/' },
  },
  {
    name: 'kit-reads-as-the-engine-does',
    comment:
      'The kit reads a connector by the own pull of the engine. It has no business with Heymarket or the rim.',
    severity: 'error',
    from: { path: '^src/connector/testing/' },
    to: {
      path: '^(src|connectors)/',
      pathNot: '^src/((connector|lib|db|config)/|sync/(mirror|normalize|pull)/)',
    },
  },
]

const layers = [
  {
    name: 'heymarket-is-a-client',
    comment:
      'The API client sends what it is told. It serves the engine, messages and tests alike, so it knows none.',
    severity: 'error',
    from: { path: '^src/heymarket/' },
    to: { path: '^(connectors/|src/((sync|messaging|cli|service|sandbox)/|(app|main)[.]ts$))' },
  },
  {
    name: 'sandbox-is-independent',
    comment:
      'The client is tested against the sandbox. Code they shared could be wrong in both and look right.',
    severity: 'error',
    from: { path: '^src/sandbox/' },
    to: { path: '^src/(heymarket|sync|messaging)/' },
  },
  {
    name: 'messaging-knows-no-rim',
    comment:
      'Sending once is called by the command line, and by the daemon. It uses the client, the mirror and the readers of ' +
      'phones and rules; who asked it to send is none of its business.',
    severity: 'error',
    from: { path: '^src/messaging/' },
    to: { path: '^(connectors/|src/((cli|service|sandbox)/|(app|main)[.]ts$))' },
  },
  {
    name: 'dashboard-is-another-program',
    comment:
      'The dashboard runs in a browser. Of the rest it knows the types of the API and nothing that would have to be sent there.',
    severity: 'error',
    from: { path: '^src/service/dashboard/' },
    to: {
      path: '^(src|connectors)/',
      pathNot: ['^src/service/dashboard/', '^src/service/api/contract[.]ts$'],
    },
  },
  {
    name: 'dashboard-takes-types-only',
    comment: 'A schema in the bundle brings zod along, which weighs more than the page.',
    severity: 'error',
    from: { path: '^src/service/dashboard/' },
    to: { path: '^src/service/api/|^node_modules/zod/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'nobody-imports-the-dashboard',
    comment: 'It is bundled into files of its own, which the service sends.',
    severity: 'error',
    from: { path: '^(src|connectors)/', pathNot: '^src/service/dashboard/' },
    to: { path: '^src/service/dashboard/' },
  },
  {
    name: 'lib-is-the-bottom',
    comment: 'Everybody imports lib, so lib imports nobody.',
    severity: 'error',
    from: { path: '^src/lib/' },
    to: { path: '^(src|connectors)/', pathNot: '^src/lib/' },
  },
  {
    name: 'db-knows-lib-only',
    comment: 'Opening, migrating and transactions are the same whatever the tables hold.',
    severity: 'error',
    from: { path: '^src/db/' },
    to: { path: '^(src|connectors)/', pathNot: '^src/(db|lib)/' },
  },
  {
    name: 'cli-is-the-rim',
    comment: 'Only main.ts and tests start commands. What two commands share belongs below them.',
    severity: 'error',
    from: { pathNot: '^(src/cli/|src/main[.]ts$|test/)' },
    to: { path: '^src/cli/' },
  },
  {
    name: 'main-is-the-top',
    comment: 'main.ts acts when it is loaded: it reads arguments and sets the exit code.',
    severity: 'error',
    from: {},
    to: { path: '^src/main[.]ts$' },
  },
]

const hygiene = [
  {
    name: 'no-circles',
    comment: 'Two files that need each other are one idea in two places; and loading order starts to matter.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-orphans',
    comment: 'A file that imports nothing and that nothing imports is left over.',
    severity: 'error',
    from: {
      orphan: true,
      path: '^(src|connectors|test)/',
      pathNot: '^(src/main[.]ts$|src/service/dashboard/.+[.]css$|test/.+[.]test[.]ts$)',
    },
    to: {},
  },
  {
    name: 'no-tests-in-the-product',
    comment: 'test/ and scripts/ are not in the package.',
    severity: 'error',
    from: { path: '^(src|connectors)/' },
    to: { path: '^(test|scripts)/' },
  },
  {
    name: 'no-dev-dependencies-in-the-product',
    comment:
      'They are not installed where heysync runs. Only the conformance kit may name the test runner of its user; and what ' +
      'the dashboard uses is in its bundle.',
    severity: 'error',
    from: { path: '^(src|connectors)/', pathNot: '^src/(connector/testing|service/dashboard)(/|[.]ts$)' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
  },
  {
    name: 'no-strangers',
    comment: 'An import that package.json does not list works by accident, or not at all.',
    severity: 'error',
    from: {},
    // The test runner is a peer too, which the tool takes for both listed and not.
    to: {
      dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
      dependencyTypesNot: ['npm-peer'],
      pathNot: BUILT,
    },
  },
  {
    name: 'no-dead-ends',
    comment: 'An import that leads nowhere fails when it is reached.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true, pathNot: BUILT },
  },
]

module.exports = {
  forbidden: [...connectors, ...sync, ...layers, ...hygiene],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    exclude: { path: ['^dist/', '^test/fixtures/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    // Types count: a type import across a border is knowledge across a border.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
