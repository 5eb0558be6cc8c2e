// 200,000 customers of a shop, by a bulk operation and page by page.
import { readEverybody, withVendor } from './reading.mjs'

export const name = 'shopify'

export async function run() {
  const read = (bulkFrom) =>
    withVendor('./shopify-vendor.mjs', ({ url }) =>
      readEverybody('shopify', {
        shop: 'example.myshopify.com',
        accessToken: 'shpat_bench',
        url,
        bulkFrom,
        pageSize: 250,
      }),
    )
  return { bulk: await read(1), pages: await read('never') }
}
