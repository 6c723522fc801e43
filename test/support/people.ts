/** Many people with a key each: admins, so that they may do whatever is raced for. */
import { createHash } from 'node:crypto';

const nameOf = (person: number) => `person-${person}`;
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

/** Settings under which so many people have keys, beside the roles that the journeys act as. */
export const keysOf = (people: number) => ({
  SANDBOX_API_KEYS: JSON.stringify([
    ...Array.from({ length: people }, (_, n) => ({
      name: nameOf(n),
      role: 'ADMIN',
      isPerson: true,
      sha256: hashOf(nameOf(n)),
    })),
    ...['operator', 'approver', 'viewer', 'admin'].map((role) => ({
      name: role,
      role: role.toUpperCase(),
      isPerson: true,
      sha256: hashOf(`sandbox-${role}`),
    })),
  ]),
});

/** The data of what one of them asks for. */
export async function askAs<Data>(
  url: string,
  person: number,
  { query, variables }: { query: string; variables: object },
): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${nameOf(person)}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: unknown };
  if (!data) throw new Error(`${nameOf(person)} met an error: ${JSON.stringify(errors)}`);
  return data;
}
