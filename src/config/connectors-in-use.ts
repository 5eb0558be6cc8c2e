// Owns which connectors a config needs: those of heysync's own table that it names, and those that come from outside.
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Connector } from '../connector/contract.ts'
import { type ConnectorTable, loadConnectors } from '../connector/table.ts'
import { displayName, locateConfig, readConfigBytes, type WhereToLook } from './locate.ts'
import { isOutside, loadOutside } from './outside-connectors.ts'
import type { Problem } from './problems.ts'
import { invalidConfig } from './problems.ts'
import { type ParsedFile, parseConfigText } from './syntax.ts'

/**
 * The connectors that the config names, under the words that it uses for them; no other is loaded. Whatever else is wrong
 * with the config is left to `loadConfig`.
 * @throws HeysyncError ERR_CONFIG_INVALID that names every connector from outside that cannot be used, and why.
 */
export async function connectorsInUse(
  where: WhereToLook,
  table: ConnectorTable,
): Promise<ReadonlyMap<string, Connector>> {
  const path = locateConfig(where)
  const file = readQuietly(path, where.cwd)
  const used = new Map<string, Connector>()
  if (file === null) return used
  const problems: Problem[] = []
  let unclear = false
  const { sources } = sourcesSchema.catch({ sources: [] }).parse(file.value)
  for (const [index, source] of sources.entries()) {
    const name = typeof source === 'object' && source !== null ? source.connector : undefined
    if (typeof name !== 'string' || used.has(name)) continue
    const load = table.get(name)
    if (load !== undefined) used.set(name, await load())
    else if (isOutside(name)) {
      const loaded = await loadOutside(name, dirname(path))
      if ('connector' in loaded) used.set(name, loaded.connector)
      else problems.push({ path: ['sources', index, 'connector'], side: 'value', what: loaded.problem })
    } else unclear = true
  }
  if (problems.length > 0) throw invalidConfig(problems, file.places)
  // A `${NAME}` may become any kind, and where a word is none, the message says which there are.
  return unclear ? new Map([...(await loadConnectors(table)), ...used]) : used
}

const sourcesSchema = z.looseObject({
  sources: z.array(z.looseObject({ connector: z.unknown() }).catch({ connector: undefined })),
})

function readQuietly(path: string, cwd: string): ParsedFile | null {
  try {
    return parseConfigText(readConfigBytes(path), displayName(path, cwd))
  } catch {
    return null
  }
}
