// The descriptions that config/sources/ ships, each against a fake of its vendor.
import { describeConnector } from 'heysync/connector/testing'
import { restConnector } from '../../../connectors/rest/rest.ts'
import { openActiveCampaign } from './vendors/activecampaign.ts'
import { openAirtable } from './vendors/airtable.ts'
import { openClose } from './vendors/close.ts'
import { openFollowUpBoss } from './vendors/follow-up-boss.ts'
import { openZendesk } from './vendors/zendesk.ts'

const vendor = { connector: restConnector, pageSize: 5 }

describeConnector('rest: follow-up-boss.yaml', { ...vendor, open: openFollowUpBoss })
describeConnector('rest: airtable.yaml', { ...vendor, open: openAirtable })
describeConnector('rest: zendesk.yaml', { ...vendor, open: openZendesk })
describeConnector('rest: close.yaml', { ...vendor, open: (stage) => openClose(stage) })
describeConnector('rest: activecampaign.yaml', { ...vendor, open: openActiveCampaign })
