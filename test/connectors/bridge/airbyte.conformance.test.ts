// The kit, on a source that goes by a cursor and on one that only knows everything.
import { describeConnector } from 'heysync/connector/testing'
import { airbyteConnector } from '../../../connectors/bridge/airbyte.ts'
import { peopleWorld } from './world.ts'

const pageSize = 4
const program = 'source.mjs'

describeConnector('airbyte: a source that goes by a cursor', {
  connector: airbyteConnector,
  pageSize,
  open: (stage) =>
    peopleWorld(
      { program, config: { mode: 'incremental' }, options: { pageSize, syncMode: 'incremental' } },
      stage,
    ),
})

describeConnector('airbyte: a source that only knows everything', {
  connector: airbyteConnector,
  pageSize,
  whole: 'A full refresh shows everybody in each run.',
  open: (stage) =>
    peopleWorld(
      { program, config: { mode: 'full_refresh' }, options: { pageSize, updatedField: 'updated_at' } },
      stage,
    ),
})
