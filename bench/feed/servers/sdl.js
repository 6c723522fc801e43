/** What all peers offer: the event of the benchmark, of one tenant or of all. */
export const typeDefs = /* GraphQL */ `
  type TenantStatusChanged {
    id: ID!
    cursor: String!
    occurredAt: String!
    previousStatus: String!
    status: String!
    version: Int!
  }
  type Query {
    hello: String
  }
  type Subscription {
    tenantStatusChanged(tenantId: ID): TenantStatusChanged!
  }
`;
