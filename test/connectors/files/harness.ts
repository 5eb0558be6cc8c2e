// What the files tests share beside the workshop of the csv tests: a pull of the files connector, read to its end.
import { readdir, readlink } from 'node:fs/promises'
import type { Page, PullRequest } from 'heysync/connector'
import { filesConnector } from '../../../connectors/files/files.ts'
import { FULL, type Pulled, type Workshop } from '../csv/harness.ts'

export function options(given: Record<string, unknown> = {}) {
  return filesConnector.options.parse({ path: 'contacts.csv', idColumn: 'id', ...given })
}

export async function pull(
  shop: Workshop,
  given: Record<string, unknown> = {},
  request: PullRequest = FULL,
  onPage: (page: Page) => void | Promise<void> = () => {},
): Promise<Pulled> {
  const pages: Page[] = []
  for await (const page of filesConnector.pull(options(given), request, shop.context)) {
    pages.push(page)
    await onPage(page)
  }
  const records = pages.flatMap((page) => page.records)
  return {
    pages,
    records,
    bad: pages.flatMap((page) => page.bad ?? []),
    end: pages.at(-1)?.end,
    ids: records.map(({ id }) => id),
  }
}

/** The first request of a cycle after one that ended so. */
export function next(pulled: Pulled): PullRequest {
  return { ...FULL, mode: 'incremental', token: pulled.end?.token ?? null }
}

/** Private copies that this process still holds; they have no name any more. */
export async function copiesLeft(): Promise<string[]> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''))
  return (await Promise.all(links)).filter((path) => path.includes('heysync-files-'))
}
