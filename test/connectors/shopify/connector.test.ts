// The kit, on the shopify connector.
import { describeConnector } from 'heysync/connector/testing'
import { shopifyConnector } from '../../../connectors/shopify/shopify.ts'
import { CLIENT } from './vendor.ts'
import { openShopifyWorld } from './world.ts'

const pageSize = 4

describeConnector('shopify', {
  connector: shopifyConnector,
  pageSize,
  lateMs: 60_000,
  open: (stage) => openShopifyWorld(stage, pageSize),
})

describeConnector('shopify, with the client credentials of an app', {
  connector: shopifyConnector,
  pageSize,
  lateMs: 60_000,
  open: (stage) => openShopifyWorld(stage, pageSize, CLIENT),
})
