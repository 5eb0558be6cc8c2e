// The part of Shopify's Admin schema that the fake answers, as its documentation describes it. Documents are validated
// against it, so that a field that does not exist fails here too.
import { buildSchema } from 'graphql'

export const schema = buildSchema(`
  scalar DateTime
  scalar URL
  scalar UnsignedInt64

  interface Node { id: ID! }

  enum CustomerSortKeys { CREATED_AT ID LOCATION NAME RELEVANCE UPDATED_AT }
  enum CustomerState { DECLINED DISABLED ENABLED INVITED }
  enum CustomerSmsMarketingState { NOT_SUBSCRIBED PENDING REDACTED SUBSCRIBED UNSUBSCRIBED SNOOZED }
  enum CustomerEmailAddressMarketingState { INVALID NOT_SUBSCRIBED PENDING SUBSCRIBED UNSUBSCRIBED }
  enum CustomerMarketingOptInLevel { CONFIRMED_OPT_IN SINGLE_OPT_IN UNKNOWN }
  enum CustomerConsentCollectedFrom { OTHER SHOPIFY }
  enum BulkOperationStatus { CANCELED CANCELING COMPLETED CREATED EXPIRED FAILED RUNNING }
  enum BulkOperationErrorCode { ACCESS_DENIED INTERNAL_SERVER_ERROR TIMEOUT }
  enum CountPrecision { AT_LEAST EXACT }

  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type Count { count: Int! precision: CountPrecision! }

  type CustomerPhoneNumber {
    phoneNumber: String!
    marketingState: CustomerSmsMarketingState!
    marketingOptInLevel: CustomerMarketingOptInLevel
    marketingUpdatedAt: DateTime
    marketingCollectedFrom: CustomerConsentCollectedFrom
  }
  type CustomerEmailAddress { emailAddress: String! marketingState: CustomerEmailAddressMarketingState! }
  type MailingAddress {
    company: String address1: String address2: String city: String province: String provinceCode: String
    zip: String country: String countryCodeV2: String phone: String
  }
  type Customer implements Node {
    id: ID!
    legacyResourceId: UnsignedInt64!
    firstName: String
    lastName: String
    displayName: String!
    note: String
    defaultPhoneNumber: CustomerPhoneNumber
    defaultEmailAddress: CustomerEmailAddress
    defaultAddress: MailingAddress
    state: CustomerState!
    tags: [String!]!
    locale: String!
    numberOfOrders: UnsignedInt64!
    createdAt: DateTime!
    updatedAt: DateTime!
  }
  type CustomerEdge { cursor: String! node: Customer! }
  type CustomerConnection { edges: [CustomerEdge!]! nodes: [Customer!]! pageInfo: PageInfo! }

  type Segment implements Node { id: ID! name: String! query: String! }
  type SegmentConnection { nodes: [Segment!]! pageInfo: PageInfo! }
  type CustomerSegmentMember { id: ID! displayName: String! }
  type CustomerSegmentMemberEdge { cursor: String! node: CustomerSegmentMember! }
  type CustomerSegmentMemberConnection {
    edges: [CustomerSegmentMemberEdge!]!
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type Shop { id: ID! name: String! myshopifyDomain: String! }
  type App { id: ID! title: String! }
  type AccessScope { handle: String! description: String! }
  type AppInstallation { id: ID! app: App! accessScopes: [AccessScope!]! }

  type BulkOperation implements Node {
    id: ID!
    status: BulkOperationStatus!
    errorCode: BulkOperationErrorCode
    objectCount: UnsignedInt64!
    rootObjectCount: UnsignedInt64!
    fileSize: UnsignedInt64
    url: URL
    partialDataUrl: URL
  }
  type UserError { field: [String!] message: String! }
  type BulkOperationRunQueryPayload { bulkOperation: BulkOperation userErrors: [UserError!]! }
  type BulkOperationCancelPayload { bulkOperation: BulkOperation userErrors: [UserError!]! }

  type Query {
    shop: Shop!
    currentAppInstallation: AppInstallation!
    node(id: ID!): Node
    customers(
      first: Int last: Int after: String before: String query: String
      sortKey: CustomerSortKeys = ID reverse: Boolean = false
    ): CustomerConnection!
    customersCount(limit: Int = 10000, query: String): Count
    segments(first: Int, after: String, query: String): SegmentConnection!
    customerSegmentMembers(segmentId: ID, first: Int, after: String, query: String): CustomerSegmentMemberConnection!
  }
  type Mutation {
    bulkOperationRunQuery(query: String!, groupObjects: Boolean = false): BulkOperationRunQueryPayload
    bulkOperationCancel(id: ID!): BulkOperationCancelPayload
  }
`)
