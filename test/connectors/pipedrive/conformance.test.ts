// The kit, on the pipedrive connector.
import { describeConnector } from 'heysync/connector/testing'
import { pipedriveConnector } from '../../../connectors/pipedrive/pipedrive.ts'
import { openWorld } from './world.ts'

const pageSize = 4

describeConnector('pipedrive', {
  connector: pipedriveConnector,
  pageSize,
  open: (stage) => openWorld(stage, { pageSize }),
})
