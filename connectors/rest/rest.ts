// The rest connector: records of any API that answers with JSON, described in the options.
import { type Capabilities, defineConnector } from 'heysync/connector'
import { discoverFields } from './discover.ts'
import { changesOf } from './lists.ts'
import { type RestOptions, restOptions } from './options.ts'
import { pullRecords } from './pull.ts'

export const restConnector = defineConnector({
  kind: 'rest',
  summary: 'Records of any JSON API, described in the options.',
  options: restOptions,
  capabilities: { incremental: 'watermark', deletes: true, merges: true, consent: false, resumable: true },
  capabilitiesWith: capabilitiesOf,
  fixedFields: false,
  discover: discoverFields,
  pull: pullRecords,
})

function capabilitiesOf(options: RestOptions): Capabilities {
  const changes = changesOf(options)
  const lists = changes === null ? [options.list] : [options.list, changes]
  return {
    incremental: changes === null ? 'none' : 'watermark',
    deletes: options.deletions !== undefined || lists.some(({ deleted }) => deleted !== undefined),
    merges: lists.some(({ mergedInto }) => mergedInto !== undefined),
    consent: false,
    resumable: options.resume,
  }
}
