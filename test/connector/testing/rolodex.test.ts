// The kit, on a connector that does everything right.
import { describeConnector } from 'heysync/connector/testing'
import { rolodex } from './rolodex.ts'
import { openRolodexWorld } from './rolodex-world.ts'

const pageSize = 4

describeConnector('rolodex', {
  connector: rolodex,
  pageSize,
  lateMs: 60_000,
  open: (stage) => openRolodexWorld(stage, pageSize),
})
