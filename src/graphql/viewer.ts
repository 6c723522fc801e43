import { type Role, ROLES } from '../access/permissions.ts';
import type { Viewer } from '../access/viewer.ts';
import type { TenantId } from '../lib/ids.ts';
import { ActorType } from './actor.ts';
import { builder } from './builder.ts';
import { dependsOnViewer } from './depends-on-viewer.ts';
import { enumOf } from './enums.ts';

export const RoleEnum = enumOf<Role>(
  'Role',
  'What somebody may do. Everyone with a role may read tenants, runs and change sets.',
  {
    VIEWER: 'May read.',
    OPERATOR: 'May also start and cancel syncs, sign in for tenants, and read logs.',
    APPROVER: 'May also approve, reject and revert, and read logs; not start or cancel.',
    ADMIN: 'May do everything, and force what is otherwise refused.',
  },
);

type TenantRoles = { tenantId: TenantId; roles: Role[] };

const TenantRolesType = builder.objectRef<TenantRoles>('TenantRoles').implement({
  description: 'The roles that somebody holds for one tenant.',
  fields: (t) => ({
    tenantId: t.exposeID('tenantId', { description: 'The tenant.' }),
    roles: t.expose('roles', { type: [RoleEnum], description: 'What they may do with it.' }),
  }),
});

const ordered = (roles: ReadonlySet<Role>) => ROLES.filter((role) => roles.has(role));

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
      description: 'What the viewer may do with every tenant.',
      resolve: ({ grants }) => ordered(grants.fleet),
    }),
    tenantRoles: t.field({
      type: [TenantRolesType],
      description: 'What the viewer may do with single tenants, besides.',
      resolve: ({ grants }) =>
        [...grants.byTenant].map(([tenantId, roles]) => ({ tenantId, roles: ordered(roles) })),
    }),
    isMachine: t.exposeBoolean('isMachine', {
      description: 'A script or an application: where four eyes are asked for, it may not decide.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the key or token ends, and open streams with it; null for never.',
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    extensions: dependsOnViewer,
    description: 'Who is asking, and with which roles.',
    resolve: (_root, _args, context) => context.viewer,
  }),
);
