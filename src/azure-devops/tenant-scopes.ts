/** What a pipeline needs in its tenant. */
export const TENANT_SCOPES = ['https://graph.microsoft.com/.default'];
