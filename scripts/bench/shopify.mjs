// 200,000 customers of a shop, by a bulk operation and page by page.
import { readFromLoopback } from './from-loopback.mjs'

export const name = 'shopify'

export async function run() {
  const read = (bulkFrom) =>
    readFromLoopback('shopify', './shopify-vendor.mjs', ({ url }) => ({
      shop: 'example.myshopify.com',
      accessToken: 'shpat_bench',
      url,
      bulkFrom,
      pageSize: 250,
    }))
  return { bulk: await read(1), pages: await read('never') }
}
