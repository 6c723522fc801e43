/** The one object that changes under review: a policy whose description says who wrote it. */
import { pathOf } from '../../src/pipeline/configuration-file.ts';
import type { ChangeSetView } from './journey.ts';
import type { Stack } from './stack.ts';

const REVIEWED = {
  configurationType: 'MSGraph:Intune:CompliancePolicies',
  displayName: 'Windows 11 devices',
};
const PATH = pathOf(REVIEWED.configurationType, REVIEWED.displayName);

type Policy = { description: string; roleScopeTagIds: string[] };
/** What `Policy` names is in every policy of that type. */
const parse = (text: string) => JSON.parse(text) as Policy;

/** What the next sync would write: this text, and a list whose order means nothing. */
export const desire = (stack: Stack, name: string, description: string) =>
  stack.editMain(name, PATH, (text) =>
    JSON.stringify({ ...parse(text), description, roleScopeTagIds: ['2', '0', '1'] }, null, 2),
  );

/** The same on `main`, with other line breaks, and everything whose order means nothing the other way round. */
export const reorder = (stack: Stack, name: string) => stack.editMain(name, PATH, reordered);

function reordered(text: string): string {
  const policy = parse(text);
  const other = { ...policy, roleScopeTagIds: policy.roleScopeTagIds.toReversed() };
  return JSON.stringify(Object.fromEntries(Object.entries(other).reverse()), null, 4);
}

/** What a reader finds in the change set. */
export const textOf = ({ changes }: ChangeSetView) =>
  changes.nodes
    .flatMap(({ properties }) => properties)
    .filter(({ path }) => path === 'description')
    .map(({ after }) => JSON.parse(String(after)) as string)[0];

/** What the tenant itself has. */
export function textIn(stack: Stack, name: string): unknown {
  const objects = stack.sandbox.control.configuration(name);
  return objects.find(
    ({ configurationType, displayName }) =>
      configurationType === REVIEWED.configurationType && displayName === REVIEWED.displayName,
  )?.properties.description;
}
