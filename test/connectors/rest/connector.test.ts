// The rest connector against the conformance kit, once for each way of paging.
import { describeConnector } from 'heysync/connector/testing'
import { restConnector } from '../../../connectors/rest/rest.ts'
import { openAnything } from './anything.ts'
import { describedAs, STYLES } from './styles.ts'

for (const style of Object.keys(STYLES)) {
  describeConnector(`rest, ${style}`, {
    connector: restConnector,
    pageSize: 4,
    open: (stage) => openAnything(stage, describedAs(style)),
  })
}
