// The kit on dataverse: with change tracking, and by the time of change where changes are not tracked.
import { describeConnector } from 'heysync/connector/testing'
import { dataverseConnector } from '../../../connectors/dataverse/dataverse.ts'
import { openDataverseWorld } from './world.ts'

const pageSize = 4

describeConnector('dataverse', {
  connector: dataverseConnector,
  pageSize,
  lateMs: 60_000,
  open: (stage) => openDataverseWorld(stage, { rowsPerPage: pageSize }),
})

describeConnector('dataverse without change tracking', {
  // Deletions are then found by full pulls only.
  connector: { ...dataverseConnector, capabilities: { ...dataverseConnector.capabilities, deletes: false } },
  pageSize,
  lateMs: 60_000,
  open: (stage) => openDataverseWorld(stage, { rowsPerPage: pageSize, tracked: false }),
})
