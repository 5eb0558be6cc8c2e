// Owns what is asked of Shopify: the GraphQL documents. Only what a contact can use: each object costs a point.

const CUSTOMER = `
  id
  firstName
  lastName
  defaultPhoneNumber {
    phoneNumber
    marketingState
    marketingOptInLevel
    marketingUpdatedAt
    marketingCollectedFrom
  }
  defaultEmailAddress { emailAddress marketingState }
  defaultAddress { company address1 address2 city province provinceCode zip country countryCodeV2 phone }
  state
  tags
  locale
  numberOfOrders
  createdAt
  updatedAt`

export const IDENTITY = `query Identity {
  shop { id }
  currentAppInstallation { app { id } accessScopes { handle } }
}`

export const COUNT = `query Count($limit: Int) { customersCount(limit: $limit) { count precision } }`

export const CUSTOMERS = `query Customers($first: Int!, $after: String, $query: String) {
  customers(first: $first, after: $after, query: $query, sortKey: ID) {
    nodes {${CUSTOMER}
    }
    pageInfo { hasNextPage endCursor }
  }
}`

/** Inside of it nothing may be asked page by page: Shopify pages itself. */
const BULK_CUSTOMERS = `{ customers(sortKey: ID) { edges { node {${CUSTOMER} } } } }`

export const BULK_START = `mutation BulkStart($query: String!) {
  bulkOperationRunQuery(query: $query) {
    bulkOperation { id status }
    userErrors { field message }
  }
}`
export const BULK_START_VARIABLES = { query: BULK_CUSTOMERS }

export const BULK_STATUS = `query BulkStatus($id: ID!) {
  node(id: $id) { ... on BulkOperation { id status errorCode rootObjectCount fileSize url } }
}`

export const BULK_CANCEL = `mutation BulkCancel($id: ID!) {
  bulkOperationCancel(id: $id) { userErrors { field message } }
}`

export const SEGMENTS = `query Segments($after: String) {
  segments(first: 250, after: $after) {
    nodes { id name }
    pageInfo { hasNextPage endCursor }
  }
}`

export const SEGMENT_MEMBERS = `query SegmentMembers($segmentId: ID!, $after: String) {
  customerSegmentMembers(segmentId: $segmentId, first: 250, after: $after) {
    edges { node { id } }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}`
