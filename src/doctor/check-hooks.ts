import { z } from 'zod';
import { route } from '../azure-devops/ask.ts';
import {
  HOOK_EVENTS,
  HOOK_PATH,
  HOOK_PUBLISHER,
  HOOK_RESOURCE_VERSION,
  HOOK_USER,
} from '../pipeline/service-hooks.ts';
import { type Fix, ok, together, type Verdict, warning, wrong } from './finding.ts';
import type { Project } from './project-facts.ts';
import { missingRights } from './rights.ts';

const wireSubscription = z.looseObject({
  id: z.string(),
  eventType: z.string(),
  status: z.string().nullish(),
  publisherInputs: z.record(z.string(), z.string().nullish()).nullish(),
  consumerInputs: z.record(z.string(), z.string().nullish()).nullish(),
});
type Subscription = z.infer<typeof wireSubscription>;

/** Every event of the project is told to this API, and nothing keeps the hooks from arriving. */
export async function checkHooks(project: Project): Promise<Verdict> {
  const { hookSecret, publicUrl } = project.practice;
  if (hookSecret === null) {
    return warning(
      'No web hooks are taken: the API only polls.',
      'Set AZURE_DEVOPS_HOOK_SECRET, restart the API, and run this with --fix.',
    );
  }
  const url = `${publicUrl}${HOOK_PATH}`;
  const subscriptions = await listSubscriptions(project);
  const mayEdit = (await missingRights(project.connection, [editRight(project)])).length === 0;
  const verdicts = Object.values(HOOK_EVENTS).map((eventType) => {
    const { fix, ...verdict } = checkEvent(project, { eventType, url, secret: hookSecret, subscriptions });
    if (mayEdit || verdict.state === 'ok') return { ...verdict, fix };
    const remedy = `${verdict.remedy} The service may not: give it "Edit subscriptions".`;
    return { ...verdict, remedy, fix: null };
  });
  return together(
    [addressProblem(publicUrl, project.connection.organizationUrl), ...verdicts],
    `All events are sent to ${url}.`,
  );
}

const PRIVATE = /^(localhost|\[|127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/;

/** Azure DevOps refuses targets on private addresses, and a password does not belong on plain HTTP. */
export function addressProblem(publicUrl: string, organizationUrl: string): Verdict {
  const isPrivate = (url: string) => PRIVATE.test(new URL(url).hostname);
  // A server of one's own, or the sandbox, reaches what is near to it.
  if (isPrivate(organizationUrl)) return ok('');
  if (publicUrl.startsWith('https:') && !isPrivate(publicUrl)) return ok('');
  return wrong(
    `Azure DevOps cannot send hooks to ${publicUrl}.`,
    'Set PUBLIC_URL to the https address at which the API is reached from outside.',
  );
}

type Wanted = { eventType: string; url: string; secret: string; subscriptions: Subscription[] };

function checkEvent(project: Project, wanted: Wanted): Verdict {
  const own = wanted.subscriptions.filter(
    ({ eventType, publisherInputs }) =>
      eventType === wanted.eventType && publisherInputs?.['projectId'] === project.id,
  );
  const here = own.find(({ consumerInputs }) => consumerInputs?.['url'] === wanted.url);
  if (!here) {
    const elsewhere = own.map(({ consumerInputs }) => consumerInputs?.['url'] ?? '?').join(', ');
    return wrong(
      `${wanted.eventType} is not sent to ${wanted.url}${elsewhere ? ` but to ${elsewhere}` : ''}.`,
      'Subscribe to it in the service hooks of the project.',
      subscribe(project, wanted),
    );
  }
  const status = here.status ?? 'enabled';
  if (status === 'enabled') return ok('');
  const say = status === 'onProbation' ? warning : wrong;
  return say(
    `The hook for ${wanted.eventType} is ${status}: Azure DevOps could not deliver it, or somebody switched it off.`,
    'See its history in the service hooks, mend the cause, and enable it.',
    enable(project, here, wanted),
  );
}

const editRight = ({ id }: Project) => ({
  namespace: 'hooks' as const,
  token: `PublisherSecurity/${id}`,
  bit: 2,
  name: 'Edit subscriptions',
});

async function listSubscriptions({ connection }: Project): Promise<Subscription[]> {
  const what = `list the service hooks of ${connection.organization}`;
  const query = { publisherId: HOOK_PUBLISHER, consumerId: 'webHooks' };
  return (await connection.http.list({ what, path: '_apis/hooks/subscriptions', query }, wireSubscription))
    .items;
}

function bodyOf({ id }: Project, { eventType, url, secret }: Wanted) {
  return {
    publisherId: HOOK_PUBLISHER,
    eventType,
    resourceVersion: HOOK_RESOURCE_VERSION,
    consumerId: 'webHooks',
    consumerActionId: 'httpRequest',
    publisherInputs: { projectId: id },
    consumerInputs: {
      url,
      basicAuthUsername: HOOK_USER,
      basicAuthPassword: secret,
      resourceDetailsToSend: 'minimal',
      messagesToSend: 'none',
      detailedMessagesToSend: 'none',
    },
  };
}

function subscribe(project: Project, wanted: Wanted): Fix {
  const what = `subscribe to ${wanted.eventType}`;
  const path = '_apis/hooks/subscriptions';
  const ask = { what, method: 'POST', path, body: bodyOf(project, wanted) } as const;
  return {
    what: `subscribed to ${wanted.eventType}`,
    apply: () => project.connection.http.read(ask, z.unknown()),
  };
}

/** With the present password: a wrong one is a usual cause. */
function enable(project: Project, { id }: Subscription, wanted: Wanted): Fix {
  const path = route`_apis/hooks/subscriptions/${id}`;
  const body = { ...bodyOf(project, wanted), id, status: 'enabled' };
  return {
    what: `enabled the hook for ${wanted.eventType}`,
    apply: () =>
      project.connection.http.read({ what: `enable the hook ${id}`, method: 'PUT', path, body }, z.unknown()),
  };
}
