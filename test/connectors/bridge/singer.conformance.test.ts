// The kit, on a tap that goes by time and on one that shows its whole table.
import { describeConnector } from 'heysync/connector/testing'
import { singerConnector } from '../../../connectors/bridge/singer.ts'
import { peopleWorld } from './world.ts'

const pageSize = 4
const program = 'tap.mjs'

describeConnector('singer: a tap that goes by time', {
  connector: singerConnector,
  pageSize,
  open: (stage) =>
    peopleWorld(
      {
        program,
        config: { method: 'INCREMENTAL' },
        options: { pageSize, replicationMethod: 'INCREMENTAL' },
      },
      stage,
    ),
})

describeConnector('singer: a tap of a whole table', {
  connector: singerConnector,
  pageSize,
  whole: 'A whole table is shown in each run.',
  open: (stage) =>
    peopleWorld(
      { program, config: { method: 'FULL_TABLE' }, options: { pageSize, updatedField: 'updated_at' } },
      stage,
    ),
})
