// Owns the Link header of RFC 8288, as far as paging needs it. Pure.

/** The address of the next page; null when the header names none. */
export function nextLink(header: string | readonly string[] | undefined): string | null {
  const text = typeof header === 'string' ? header : (header ?? []).join(', ')
  for (const [, address = '', parameters = ''] of text.matchAll(
    /<([^>]*)>((?:\s*;\s*[^,;"]*(?:"[^"]*")?)*)/g,
  )) {
    const [, quoted, plain] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters) ?? []
    if ((quoted ?? plain ?? '').toLowerCase().split(/\s+/).includes('next')) return address
  }
  return null
}
