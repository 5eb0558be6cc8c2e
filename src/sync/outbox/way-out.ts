// Owns the way out of a dead letter: what to correct and where, and the command after that. Pure.
import type { Cause } from './causes.ts'

export interface WayOut {
  /** One or two sentences; with a colon at the end where a command follows. */
  readonly text: string
  readonly command: string
}

/** Names a key of a source's mapping, e.g. `map.tags of clinic`; who has the config file says the line as well. */
export type KeyText = (source: string, path: readonly string[]) => string

export const plainKey: KeyText = (source, path) => `\`${path.join('.')}\` of ${source}`

export function wayOut(cause: Cause, keyText: KeyText = plainKey): WayOut {
  const [example] = cause.failures
  if (cause.state === 'retrying')
    return { text: 'Nothing to do: it is tried again by the next sync. To try now:', command: 'heysync sync' }
  return { text: `${wordsFor(cause, example.field, keyText)}:`, command: cause.redrive }
}

/** The same in one line. */
export function wayOutText(cause: Cause, keyText: KeyText = plainKey): string {
  const { text, command } = wayOut(cause, keyText)
  return `${text} ${command}`
}

function wordsFor({ code, cause, failures }: Cause, field: string | null, keyText: KeyText): string {
  const [{ source, record, kind, requestId, attempts, list }] = failures
  if (list !== null) return listWords(kind, list)
  const key = (name: string) => keyText(source, pathOf(name))
  if (code === 'ERR_NOT_STORED') {
    if (kind === 'remove')
      return `Take it away in Heymarket by hand, or choose another ${keyText(source, ['onRemoved'])}. To try once more`
    if (field === 'optedOut')
      return 'Opt the person out in Heymarket by hand; heysync texts nobody who opted out. To try once more'
    return `Write in the source what Heymarket keeps, or leave the field to Heymarket by taking out ${key(field ?? '')}. To try once more`
  }
  if (code === 'ERR_HEYMARKET_NOT_FOUND')
    return 'Look at what Heymarket holds now, with `heysync reconcile`. Then'
  if (code !== 'ERR_HEYMARKET_REJECTED') {
    const asked = requestId === null ? 'Ask' : `Quote request ${requestId} and ask`
    return `It failed ${attempts} times while others got through. ${asked} Heymarket's support. Then`
  }
  if (/\b(exists|already|duplicate|taken)\b/i.test(cause ?? '') && field === 'phone')
    return 'Heymarket has the number on a contact that it did not show. Read all of its contacts with `heysync reconcile`. Then'
  const where = record === '' ? 'the source' : `record ${record}`
  if (field === null)
    return `Correct what Heymarket names, in ${where} or in ${keyText(source, ['map'])}, and the next sync tries it again. If it was mended in Heymarket`
  return `Correct ${field} in ${where}, or ${key(field)}, and the next sync tries it again. If it was mended in Heymarket`
}

function listWords(kind: string, list: string): string {
  const what = kind === 'listAdd' ? 'put them on' : 'take them off'
  return `Heymarket did not ${what} the list "${list}": it may be full, or their contact is gone. The next full sync tries again by itself. To try at once`
}

/** The key of the mapping that a field comes from; of several the first. */
function pathOf(fields: string): string[] {
  const [field = ''] = fields.split(', ')
  return field.startsWith('custom.') ? ['map', 'custom', field.slice('custom.'.length)] : ['map', field]
}
