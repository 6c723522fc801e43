/** The least that a script needs to talk to the API: one POST, and errors that say what went wrong. */

export type Connection = { url: string; key: string };

/** From TENANT_SYNC_URL and TENANT_SYNC_KEY; the defaults are the sandbox's. */
export function connectionFromEnvironment(role: 'viewer' | 'approver'): Connection {
  return {
    url: process.env.TENANT_SYNC_URL ?? 'http://127.0.0.1:4000/graphql',
    key: process.env.TENANT_SYNC_KEY ?? `sandbox-${role}`,
  };
}

type Answer<Data> = { data?: Data; errors?: { message: string }[] };

export async function request<Data>(
  connection: Connection,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Data> {
  const response = await fetch(connection.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${connection.key}` },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.json()) as Answer<Data>;
  if (!answer.data || answer.errors) {
    throw new Error(
      answer.errors?.map((error) => error.message).join('\n') ?? `The API answered ${response.status}.`,
    );
  }
  return answer.data;
}
