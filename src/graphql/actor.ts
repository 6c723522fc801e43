import type { Actor, ActorKind } from '../events/actor.ts';
import { builder } from './builder.ts';
import { enumOf } from './enums.ts';

const ActorKindEnum = enumOf<ActorKind>('ActorKind', 'What kind of somebody did something.', {
  PERSON: 'A person.',
  API_KEY: 'A script, by the key that it uses.',
  APPLICATION: 'A script, by its application in Entra ID.',
  SERVICE: 'This service itself.',
  AZURE_DEVOPS: 'Somebody or something in Azure DevOps: a person in its portal, or a schedule.',
});

export const ActorType = builder.objectRef<Actor>('Actor').implement({
  description: 'Who did something.',
  fields: (t) => ({
    kind: t.field({
      type: ActorKindEnum,
      description: 'Person, script, this service, or Azure DevOps.',
      resolve: (actor) => actor.kind,
    }),
    id: t.exposeID('id', { description: 'Stays the same when the name changes; never a mail address.' }),
    displayName: t.exposeString('displayName', { description: 'The name to show.' }),
  }),
});
