// The kit, on the hubspot connector.
import { describeConnector } from 'heysync/connector/testing'
import { hubspotConnector } from '../../../connectors/hubspot/hubspot.ts'
import { openWorld } from './world.ts'

const pageSize = 4

describeConnector('hubspot', {
  connector: hubspotConnector,
  pageSize,
  lateMs: 60_000,
  open: (stage) => openWorld(stage, { pageSize }),
})
