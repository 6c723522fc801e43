import {
  HOOK_EVENTS,
  HOOK_PUBLISHER,
  HOOK_RESOURCE_VERSION,
  HOOK_USER,
} from '../../pipeline/service-hooks.ts';
import { guidOf } from './guid.ts';
import { nowOf, worldChanged, type WorldWithoutAgents } from './world.ts';

/** Where service hooks go, and with which password. */
export type HookTarget = { url: string; password: string };

/** Subscribes the target to every event of every project. The API's address may be another one after a restart. */
export function layHooks(world: WorldWithoutAgents, { url, password }: HookTarget): void {
  const wanted = world.state.projects.flatMap((project) =>
    Object.values(HOOK_EVENTS).map((eventType) => ({
      id: guidOf('subscription', project.id, eventType),
      organization: project.organization,
      createdAt: nowOf(world),
      status: 'enabled' as const,
      body: {
        publisherId: HOOK_PUBLISHER,
        eventType,
        resourceVersion: HOOK_RESOURCE_VERSION,
        consumerId: 'webHooks',
        consumerActionId: 'httpRequest',
        publisherInputs: { projectId: project.id },
        consumerInputs: {
          url,
          basicAuthUsername: HOOK_USER,
          basicAuthPassword: password,
          resourceDetailsToSend: 'minimal',
          messagesToSend: 'none',
          detailedMessagesToSend: 'none',
        },
      },
    })),
  );
  const others = world.state.subscriptions.filter(({ id }) => wanted.every((one) => one.id !== id));
  world.state.subscriptions = [...others, ...wanted];
  worldChanged(world);
}
