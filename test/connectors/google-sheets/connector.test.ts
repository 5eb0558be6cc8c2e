// The kit, on the google-sheets connector.
import { describeConnector } from 'heysync/connector/testing'
import { googleSheetsConnector } from '../../../connectors/google-sheets/google-sheets.ts'
import { openSheetsWorld } from './world.ts'

const pageSize = 4

describeConnector('google-sheets', {
  connector: googleSheetsConnector,
  pageSize,
  whole: 'a sheet does not say which of its rows changed',
  open: (stage) => openSheetsWorld(stage, pageSize),
})
