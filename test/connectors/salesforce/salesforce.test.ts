// The kit on salesforce: page by page, and through the bulk API.
import { describeConnector } from 'heysync/connector/testing'
import { salesforceConnector } from '../../../connectors/salesforce/salesforce.ts'
import { openSalesforceWorld } from './world.ts'

const pageSize = 4

describeConnector('salesforce', {
  connector: salesforceConnector,
  pageSize,
  lateMs: 60_000,
  open: (stage) => openSalesforceWorld(stage, { rowsPerPage: pageSize }),
})

describeConnector('salesforce in bulk', {
  connector: salesforceConnector,
  pageSize,
  lateMs: 60_000,
  open: (stage) =>
    openSalesforceWorld(stage, { rowsPerPage: pageSize, rowsPerPart: pageSize }, { bulkAbove: 3 }),
})
