// Owns which documents are generated from the config schema and the code tables, and how each is brought up to date.
import type { Connector } from '../../connector/contract.ts'
import { editorSchema } from './editor-schema.ts'
import { errorsTable, rejectionsTable } from './error-tables.ts'
import { exampleEnv } from './example-env.ts'
import { exampleYaml } from './example-yaml.ts'
import { withMarked } from './marked.ts'
import { configTables } from './tables.ts'

/** A document of which all or a part is generated. Other modules export lists of these; scripts/docs.mjs joins them. */
export interface GeneratedDocument {
  /** From the root of the project, with `/`. */
  readonly path: string
  /** The whole document as it should be, given its present text (null when there is none). */
  render(current: string | null): string
}

/** A document that is generated as a whole. */
export function whole(path: string, text: () => string): GeneratedDocument {
  return { path, render: () => text() }
}

/** A hand-written document with generated parts between `<!-- generated:NAME -->` and `<!-- /generated -->`. */
export function parts(path: string, byName: () => Readonly<Record<string, string>>): GeneratedDocument {
  return { path, render: (current) => withMarked(path, current, byName()) }
}

/** Everything that follows from the config schema, the connectors and the tables of codes. */
export function configDocuments(connectors: ReadonlyMap<string, Connector>): readonly GeneratedDocument[] {
  return [
    whole('config/heysync.schema.json', () => editorSchema(connectors)),
    whole('config/heysync.example.yaml', () => exampleYaml(connectors)),
    whole('config/example.env', () => exampleEnv(exampleYaml(connectors))),
    parts('docs/configuration.md', configTables),
    parts('docs/errors.md', () => ({ errors: errorsTable(), rejections: rejectionsTable() })),
  ]
}
