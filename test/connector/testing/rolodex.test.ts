// The kit, on a connector that does everything right.
import { describeConnector } from 'heysync/connector/testing'
import { rolodex } from './rolodex.ts'
import { openRolodexWorld, ROLODEX_CAN } from './rolodex-world.ts'

const pageSize = 4

describeConnector('rolodex', {
  connector: rolodex,
  pageSize,
  lateMs: 60_000,
  can: ROLODEX_CAN,
  open: (stage) => openRolodexWorld(stage, pageSize),
})
