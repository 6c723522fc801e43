import { ROLES, type Role } from '../access/permissions.ts';
import type { Viewer } from '../access/viewer.ts';
import { ActorType } from './actor.ts';
import { builder } from './builder.ts';
import { enumOf } from './enums.ts';

const RoleEnum = enumOf<Role>(
  'Role',
  'What somebody may do. Everyone with a role may read tenants, runs and change sets.',
  {
    VIEWER: 'May read.',
    OPERATOR: 'May also start and cancel syncs, sign in for tenants, and read logs.',
    APPROVER: 'May also approve, reject and revert, and read logs; not start or cancel.',
    ADMIN: 'May do everything, and force what is otherwise refused.',
  },
);

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who asks, as the Authorization header says.',
  fields: (t) => ({
    actor: t.field({
      type: ActorType,
      description: 'The name under which acts are recorded.',
      resolve: (viewer) => viewer.actor,
    }),
    roles: t.field({
      type: [RoleEnum],
      description: 'What the viewer may do.',
      resolve: (viewer) => ROLES.filter((role) => viewer.roles.has(role)),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'Who is asking, and with which roles.',
    resolve: (_root, _args, context) => context.viewer,
  }),
);
