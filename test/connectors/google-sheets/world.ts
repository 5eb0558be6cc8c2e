// The sheet as the conformance kit sees it.
import type { ConnectorWorld, Person, Stage } from 'heysync/connector/testing'
import { openVendor } from './vendor.ts'

export async function openSheetsWorld({ clock }: Stage, pageSize: number): Promise<ConnectorWorld> {
  const vendor = await openVendor(clock)
  const rows: (string | null)[][] = [['Key', 'Phone', 'First', 'Last', 'E-mail']]
  vendor.tabs.push({ id: 0, title: "Ann's list", gridRows: 1_000, rows })
  return {
    options: {
      spreadsheet: vendor.spreadsheet,
      idColumn: 'Key',
      clientEmail: vendor.email,
      privateKey: vendor.privateKey,
      url: vendor.server.url,
      pageSize,
    },
    map: { phone: 'Phone', first: 'First', last: 'Last', email: 'E-mail' },
    secrets: [vendor.privateKey, 'ya29.token'],
    put: (people: readonly Person[]) => {
      vendor.version += 1
      for (const { key, phone, first, last, email, blank } of people) {
        const row = blank ? [key, phone] : [key, phone, first, last, email]
        const at = rows.findIndex(([known]) => known === key)
        if (at < 0) rows.push(row)
        else rows[at] = row
      }
    },
    delete: (keys) => {
      vendor.version += 1
      for (const key of keys)
        rows.splice(
          rows.findIndex(([known]) => known === key),
          1,
        )
    },
    trouble: vendor.server.trouble,
    requests: vendor.server.requests,
    close: vendor.server.close,
  }
}
