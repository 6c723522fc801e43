/** Edits of `main` as a team would make them, so that a sync has something to ask approval for. */
import type { JsonObject } from '../../pipeline/canonical-json.ts';
import { compareFiles } from '../../pipeline/differences.ts';
import { contentOf, fileOf, parseProperties, pathOf, readPath } from '../../pipeline/configuration-file.ts';
import { DESIRED_BRANCH } from '../../pipeline/contract.ts';
import { configurationFilesOf } from '../../pipeline/tenant-files.ts';
import type { RegisteredTenant } from '../registry.ts';
import { idFrom, numberFrom } from '../tenants/configuration/profile.ts';
import type { Theatre } from './theatre.ts';

type Files = ReadonlyMap<string, string>;
type Edit = { path: string; content: string | null; message: string };
type Idea = (files: Files, round: number) => Edit | null;

const POLICIES = 'MSGraph:ConditionalAccess:Policies';

/** Makes `main` differ from the tenant, unless it does already. */
export async function makeDesiredDiffer(
  { parts: { world, tenants } }: Theatre,
  tenant: RegisteredTenant,
): Promise<void> {
  const desired = configurationFilesOf(await world.readFiles(tenant, DESIRED_BRANCH));
  const present = new Map(
    tenants
      .read(tenant.directoryId)
      .map(fileOf)
      .map(({ path, content }) => [path, content]),
  );
  if (compareFiles(present, desired).length > 0) return;
  const round = world.runs(tenant).length + numberFrom(IDEAS.length, tenant.repository);
  const ideas = [0, 1, 2].map((offset) => IDEAS[(round + offset) % IDEAS.length]);
  for (const edit of ideas.flatMap((idea) => idea?.(desired, round) ?? [])) {
    await world.editFile(tenant, edit.path, edit.content, edit.message);
  }
}

const switchPolicy: Idea = (files, round) =>
  change(
    pick(files, POLICIES, round),
    'Enforce, or stop enforcing, a conditional access policy',
    ({ state }) => ({
      state: state === 'enabled' ? 'enabledForReportingButNotEnforced' : 'enabled',
    }),
  );

const raiseRequirement: Idea = (files, round) =>
  change(
    pick(files, 'MSGraph:Intune:CompliancePolicies', round),
    'Adjust the compliance requirements',
    (policy) => ({
      osMinimumVersion: nextVersion(policy.osMinimumVersion),
      ...(typeof policy.passwordMinimumLength === 'number'
        ? { passwordMinimumLength: 8 + ((policy.passwordMinimumLength + 1) % 8) }
        : {}),
    }),
  );

const toggleLocation: Idea = (files) => {
  const type = 'MSGraph:ConditionalAccess:NamedLocations';
  const path = pathOf(type, 'Partner offices');
  if (files.has(path)) return { path, content: null, message: 'Remove the offices of our partner' };
  const properties = {
    '@odata.type': '#microsoft.graph.ipNamedLocation',
    displayName: 'Partner offices',
    isTrusted: false,
    ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '203.0.113.128/28' }],
  };
  return { path, content: contentOf(type, properties), message: 'Add the offices of our partner' };
};

const rotateKey: Idea = (files, round) => {
  const wifi = [...files].find(([path]) => path.endsWith(' Wi-Fi.json'));
  const preSharedKey = `made-up-${idFrom(wifi?.[0] ?? '', String(round)).slice(0, 18)}`;
  return change(wifi, 'Rotate the key of the wireless network', () => ({ preSharedKey }));
};

const IDEAS: Idea[] = [switchPolicy, raiseRequirement, toggleLocation, rotateKey];

function pick(files: Files, type: string, round: number) {
  const fitting = [...files].filter(([path]) => readPath(path)?.configurationType === type);
  return fitting[round % Math.max(1, fitting.length)];
}

function change(
  file: readonly [path: string, content: string] | undefined,
  message: string,
  update: (properties: JsonObject) => JsonObject,
): Edit | null {
  const type = file && readPath(file[0])?.configurationType;
  if (!file || type === undefined) return null;
  const properties = parseProperties(...file);
  return { path: file[0], content: contentOf(type, { ...properties, ...update(properties) }), message };
}

/** `14.7` becomes `14.8`: the last number rises by one. */
const nextVersion = (version: unknown) =>
  String(typeof version === 'string' ? version : '1.0').replace(/\d+$/, (last) => String(Number(last) + 1));
