import { may } from '../access/viewer.ts';
import { builder } from '../graphql/builder.ts';
import { dependsOnViewer } from '../graphql/depends-on-viewer.ts';
import type { Context } from '../graphql/context.ts';
import { presentTime } from '../database/present-time.ts';
import type { Challenge } from './challenge.ts';
import { ChallengeStatusEnum } from './sync-run-enums.graphql.ts';

export const AuthenticationChallengeType = builder.objectRef<Challenge>('AuthenticationChallenge').implement({
  description:
    'A sign-in that a run waits for: open the address, enter the code, and the run goes on by itself.',
  fields: (t) => ({
    status: t.expose('status', { type: ChallengeStatusEnum, description: 'What became of it.' }),
    userCode: t.string({
      nullable: true,
      extensions: dependsOnViewer,
      description:
        'The code to enter. null when the viewer may not sign in for the tenant, and when the code no longer works.',
      resolve: (challenge, _args, context) => userCodeFor(context, challenge),
    }),
    verificationUri: t.exposeString('verificationUri', { description: 'Where to enter the code.' }),
    message: t.exposeString('message', { description: 'What to do, for people.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until when this code works.' }),
    windowEndsAt: t.expose('windowEndsAt', {
      type: 'DateTime',
      description:
        'Until when the run waits at all. A restarted authentication gives a new code within the same window.',
    }),
  }),
});

async function userCodeFor(context: Context, challenge: Challenge): Promise<string | null> {
  if (!may(context.viewer, 'authenticate', challenge.tenantId)) return null;
  if (challenge.status !== 'OPEN' || challenge.expiresAt <= (await presentTime(context.db))) return null;
  return context.services.seal.open(challenge.sealedUserCode, challenge.id);
}
