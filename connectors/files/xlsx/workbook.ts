// Owns the plan of a workbook: which part holds the sheet that is wanted, and what its cells refer to.
import { closest } from 'fastest-levenshtein'
import { ConnectorError } from 'heysync/connector'
import type { Parts } from './parts.ts'
import { attribute, parse } from './xml.ts'

export interface Plan {
  readonly sheet: string
  readonly strings: string | null
  readonly styles: string | null
  readonly since1904: boolean
}

interface Relation {
  readonly type: string
  readonly target: string
}

/** @throws ConnectorError unreadable when this is no workbook, field when it has no sheet of that name. */
export async function readPlan(parts: Parts, wanted: string | undefined, label: string): Promise<Plan> {
  const root = [...(await relations(parts, '', label)).values()].find(({ type }) => type === 'officeDocument')
  const workbook = root?.target ?? 'xl/workbook.xml'
  if (!parts.has(workbook) || workbook.endsWith('.bin')) throw noWorkbook(parts, workbook, label)
  const related = await relations(parts, workbook, label)
  const sheets: { title: string; hidden: boolean; part: string }[] = []
  let since1904 = false
  await parse(parts.read(workbook), label, {
    open: (element, attributes) => {
      if (element === 'workbookPr') since1904 = /^(1|true)$/.test(attribute(attributes, 'date1904') ?? '')
      if (element !== 'sheet') return
      const relation = related.get(attribute(attributes, 'id') ?? '')
      if (relation?.type !== 'worksheet') return
      sheets.push({
        title: attribute(attributes, 'name') ?? '',
        hidden: (attribute(attributes, 'state') ?? 'visible') !== 'visible',
        part: relation.target,
      })
    },
  })
  const partOf = (type: string) => [...related.values()].find((one) => one.type === type)?.target ?? null
  return {
    sheet: choose(sheets, wanted, label),
    strings: partOf('sharedStrings'),
    styles: partOf('styles'),
    since1904,
  }
}

function choose(
  sheets: readonly { readonly title: string; readonly hidden: boolean; readonly part: string }[],
  wanted: string | undefined,
  label: string,
): string {
  const key = (title: string) => title.trim().normalize('NFC').toLowerCase()
  const found =
    wanted === undefined
      ? (sheets.find(({ hidden }) => !hidden) ?? sheets[0])
      : (sheets.find(({ title }) => title === wanted) ??
        sheets.find(({ title }) => key(title) === key(wanted)))
  if (found !== undefined) return found.part
  if (wanted === undefined || sheets.length === 0) {
    throw new ConnectorError('unreadable', {
      message: `${label} is a workbook without a sheet of cells.`,
      hint: 'Export the table itself, not a chart of it.',
    })
  }
  const titles = sheets.map(({ title }) => title)
  throw new ConnectorError('field', {
    message: `${label} has no sheet "${wanted}". Its sheets are: ${titles.join(', ')}`,
    hint: `Did you mean "${closest(wanted, titles)}"? Correct sheet in the options of this source.`,
  })
}

/** What a part refers to, by id; the last word of a type's address tells what it is. */
async function relations(parts: Parts, of: string, label: string): Promise<ReadonlyMap<string, Relation>> {
  const folder = of.slice(0, of.lastIndexOf('/') + 1)
  const found = new Map<string, Relation>()
  await parse(parts.read(`${folder}_rels/${of.slice(folder.length)}.rels`), label, {
    open: (element, attributes) => {
      const target = attribute(attributes, 'Target')
      if (element !== 'Relationship' || target === undefined) return
      const type = attribute(attributes, 'Type') ?? ''
      found.set(attribute(attributes, 'Id') ?? '', {
        type: type.slice(type.lastIndexOf('/') + 1),
        target: new URL(target, `zip:///${folder}`).pathname.slice(1),
      })
    },
  })
  return found
}

function noWorkbook(parts: Parts, workbook: string, label: string): ConnectorError {
  if (workbook.endsWith('.bin') || parts.has('xl/workbook.bin')) {
    return new ConnectorError('unreadable', {
      message: `${label} is a binary Excel workbook (.xlsb).`,
      hint: 'Save it as Excel Workbook (.xlsx) or as CSV UTF-8.',
    })
  }
  return new ConnectorError('unreadable', {
    message: `${label} is a ZIP file and no Excel workbook.`,
    hint: parts.has('content.xml')
      ? 'It is of LibreOffice or OpenOffice: save it as Excel 2007-365 (.xlsx) or as CSV.'
      : 'Unpack it, and let path name the file that was in it.',
  })
}
