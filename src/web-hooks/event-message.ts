/** Pure: what a receiver is sent of an event. Built from the log alone, so every try sends the same bytes. */
import { encodeCursor } from '../events/cursor.ts';
import type { EventBody, LoggedEvent } from '../events/event.ts';
import { newId } from '../lib/ids.ts';
import type { Message } from './signature.ts';

export function eventMessage(event: LoggedEvent, epoch: string): Message {
  const { id, position, occurredAt, actor, tenantId, tenant, runId, body } = event;
  const { organization, project, name, displayName, domain, statusAfter: status } = tenant;
  const about = { id: tenantId, organization, project, name, displayName, domain, status };
  return {
    id,
    body: JSON.stringify({
      type: body.kind,
      timestamp: occurredAt.toISOString(),
      cursor: encodeCursor({ epoch, position }),
      data: { id, actor, tenant: about, run: runId && { id: runId }, ...factsOf(body) },
    }),
  };
}

/** As the subscription names them; what it tells as an object is told by its id. */
function factsOf(body: EventBody): Record<string, unknown> {
  switch (body.kind) {
    case 'CHANGE_SET_READY':
      return { changeSet: { id: body.changeSetId }, digest: body.digest };
    case 'CHANGE_SET_DECIDED': {
      const { kind: _kind, changeSetId, ...facts } = body;
      return { changeSet: changeSetId && { id: changeSetId }, ...facts };
    }
    case 'REVERT_FINISHED':
      return { revert: { id: body.revertId }, status: body.status, commit: body.commit };
    case 'AUTHENTICATION_REQUESTED':
      return { expiresAt: body.expiresAt };
    default: {
      const { kind: _kind, ...facts } = body;
      return facts;
    }
  }
}

/** Stands in no log and has no cursor: a receiver that verifies it verifies all others. */
export function testMessage(webHookId: string, at: Date): Message {
  const id = newId('evt');
  const data = { id, webHook: { id: webHookId } };
  return {
    id,
    body: JSON.stringify({ type: 'WEB_HOOK_TEST', timestamp: at.toISOString(), cursor: null, data }),
  };
}
