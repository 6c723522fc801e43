import { createDoors } from './azure-devops/doors.ts';
import { createTokenSource } from './azure-devops/service-credential.ts';
import { type Config, publicUrlOf } from './config.ts';
import { appCredential, serviceCredential } from './credentials.ts';
import type { Practice } from './doctor/practice.ts';

type Given = Pick<Practice, 'approvers' | 'feedUrl' | 'onProgress' | 'logger'>;

/** The doctor works with what `npm start` works with. */
export function practiceOf(config: Config, given: Given): Practice {
  const entra = { emulatorUrl: config.ENTRA_EMULATOR_URL, logger: given.logger };
  const tokens = createTokenSource(serviceCredential(config), entra);
  return {
    ...given,
    projects: config.AZURE_DEVOPS_PROJECTS,
    tokens,
    doors: createDoors({ tokens, logger: given.logger }),
    publicUrl: publicUrlOf(config),
    hookSecret: config.AZURE_DEVOPS_HOOK_SECRET ?? null,
    answersAsPeople: appCredential(config) !== null,
  };
}
