import { join } from 'node:path';
import type { JWK } from 'jose';
import type { Route, SandboxIdentity } from '../contract.ts';
import { openSavedState, type SavedState } from '../saved-state.ts';
import { BadRequest } from '../web.ts';
import { API_DIRECTORY_ID, isGraph } from './app-registrations.ts';
import { type DeviceCode, DeviceCodes, type SignInState } from './device-codes.ts';
import { ANSWERS, DEVICE_PATH } from './device-page.ts';
import { type Account, accountsOf, type Directory, STRANGER } from './directories.ts';
import { entraRoute } from './entra-routes.ts';
import type { EntraFault, EntraState } from './entra-state.ts';
import type { TenantApp } from './tenant-apps.ts';
import { createTokens, newPrivateKey, type Tokens } from './tokens.ts';

export type SignIn = {
  userCode: string;
  verificationUri: string;
  directoryId: string | null;
  state: SignInState;
  requestedAt: Date;
  expiresAt: Date;
  account: string | null;
};

/** The simulated Entra ID. */
export type Entra = {
  /** Does nothing when the directory exists already. */
  addDirectory(directory: Omit<Directory, 'generation'>): void;
  accounts(directoryId: string): Account[];
  /** Newest first. */
  signIns(): SignIn[];
  /** `choice`: an object id, a user name, `decline`, `wrong-directory`, `expire`, or empty for the first account. Throws BadRequest. */
  answerSignIn(userCode: string, choice: string): SignIn;
  /** Every refresh token of the directory is refused from now on: somebody has to sign in again. */
  revoke(directoryId: string): void;
  /** The next `times` requests for the directory (`*`: for any) fail that way. */
  fail(directoryId: string, fault: EntraFault, times: number): void;
  /** The directory's own application; it takes the place of one with the same client id. */
  registerApp(app: TenantApp): void;
  letTenantTokensLive(seconds: number | null): void;
  /** Whose token for a tenant (Microsoft Graph) it is; null when it is none. */
  readTenantToken(token: string): Promise<{ directoryId: string; holder: string } | null>;
  /** Whose token it is, for any service. */
  identify(token: string): Promise<SandboxIdentity | null>;
  /** A token as a person's browser would have it: for tests of what acts on behalf of people. */
  tokenFor(account: Account, clientId: string, audience: string): Promise<string>;
  route: Route;
  flush(): Promise<void>;
};

export type EntraOptions = { dataFolder: string; baseUrl: () => string; pollIntervalSeconds: number };
type Kept = { privateKey: JWK; directories: Record<string, Directory> };

export async function createEntra({
  dataFolder,
  baseUrl,
  pollIntervalSeconds,
}: EntraOptions): Promise<Entra> {
  const saved = await openSavedState<Kept>(join(dataFolder, 'entra.json'), {
    privateKey: await newPrivateKey(),
    directories: {},
  });
  saved.changed();
  const issuerOf = (directoryId: string) => `${baseUrl()}/entra/${directoryId}/v2.0`;
  const tokens = await createTokens(saved.value.privateKey, issuerOf);
  const faults: { directoryId: string; fault: EntraFault; left: number }[] = [];
  const tenantApps = new Map<string, TenantApp>();
  const state: EntraState = {
    tokens,
    tenantApps,
    codes: new DeviceCodes(),
    baseUrl,
    pollIntervalSeconds,
    issuerOf,
    directories: () => new Map(Object.entries(saved.value.directories)),
    takeFault: (directoryId, isPoll) => takeFault(faults, directoryId, isPoll),
    answer: (code, choice) => answer(state, code, choice),
  };
  const entra: Entra = {
    ...signInsOf(state),
    ...tokenReaders(tokens),
    ...directoriesOf(saved),
    fail: (directoryId, fault, times) => void faults.push({ directoryId, fault, left: times }),
    registerApp: (app) => void tenantApps.set(app.clientId, app),
    letTenantTokensLive: (seconds) => tokens.letTenantTokensLive(seconds),
    route: entraRoute(state),
    flush: () => saved.flush(),
  };
  entra.addDirectory({
    directoryId: API_DIRECTORY_ID,
    displayName: 'Configuration Manager',
    domain: 'configuration-manager.example',
    allowsApplication: true,
  });
  return entra;
}

function directoriesOf(saved: SavedState<Kept>): Pick<Entra, 'addDirectory' | 'accounts' | 'revoke'> {
  const directoryOf = (directoryId: string) => {
    const directory = Object.hasOwn(saved.value.directories, directoryId)
      ? saved.value.directories[directoryId]
      : undefined;
    if (!directory)
      throw new BadRequest(`Entra has no directory ${directoryId}: take the id of a tenant of the sandbox.`);
    return directory;
  };
  return {
    addDirectory(directory) {
      saved.value.directories[directory.directoryId] ??= { ...directory, generation: 1 };
      saved.changed();
    },
    accounts: (directoryId) => accountsOf(directoryOf(directoryId)),
    revoke(directoryId) {
      directoryOf(directoryId).generation += 1;
      saved.changed();
    },
  };
}

function tokenReaders(tokens: Tokens): Pick<Entra, 'readTenantToken' | 'identify' | 'tokenFor'> {
  return {
    async readTenantToken(token) {
      const claims = await tokens.readAccess(token);
      if (!claims || typeof claims.aud !== 'string' || !isGraph(claims.aud)) return null;
      return { directoryId: String(claims.tid), holder: String(claims.name) };
    },
    async identify(token) {
      const claims = await tokens.readAccess(token);
      return (
        claims && {
          id: String(claims.oid),
          displayName: String(claims.name),
          isService: claims.idtyp === 'app',
        }
      );
    },
    tokenFor: (account, clientId, audience) =>
      tokens.access({ kind: 'person', account, clientId }, account.directoryId, audience),
  };
}

function signInsOf(state: EntraState): Pick<Entra, 'signIns' | 'answerSignIn'> {
  const shown = ({
    userCode,
    directoryId,
    state: word,
    requestedAt,
    expiresAt,
    account,
  }: DeviceCode): SignIn => ({
    userCode,
    verificationUri: `${state.baseUrl()}${DEVICE_PATH}`,
    directoryId,
    state: word,
    requestedAt,
    expiresAt,
    account: account?.userName ?? null,
  });
  return {
    signIns: () => state.codes.list().map(shown),
    answerSignIn(userCode, choice) {
      const code = state.codes.byUserCode(userCode);
      if (!code)
        throw new BadRequest(
          `No sign-in has the code "${userCode}": GET /control/sign-ins lists those that wait.`,
        );
      answer(state, code, choice);
      return shown(code);
    },
  };
}

function answer(state: EntraState, code: DeviceCode, choice: string): void {
  const done = state.codes.answer(code, verdictOf(state, code, choice));
  if (!done)
    throw new BadRequest(
      `The code ${code.userCode} is ${code.state} already: start the authentication again for a new one.`,
      409,
    );
}

function verdictOf(
  state: EntraState,
  code: DeviceCode,
  choice: string,
): Parameters<DeviceCodes['answer']>[1] {
  if (choice === ANSWERS.decline) return { state: 'declined' };
  if (choice === 'expire') return { state: 'expired' };
  if (choice === ANSWERS.stranger) return { state: 'approved', account: STRANGER };
  const directories = [...state.directories().values()].filter(
    ({ directoryId }) => code.directoryId === null || directoryId === code.directoryId,
  );
  const accounts = directories.flatMap(accountsOf);
  const account =
    choice === ''
      ? accounts[0]
      : accounts.find(({ objectId, userName }) => objectId === choice || userName === choice);
  if (account) return { state: 'approved', account };
  const words = [...accounts.map(({ userName }) => userName), ANSWERS.decline, ANSWERS.stranger, 'expire'];
  throw new BadRequest(`"${choice}" is no answer to this code: give one of ${words.join(', ')}.`);
}

function takeFault(
  faults: { directoryId: string; fault: EntraFault; left: number }[],
  directoryId: string,
  isPoll: boolean,
): EntraFault | null {
  const index = faults.findIndex(
    (due) =>
      (due.directoryId === '*' || due.directoryId === directoryId) && (isPoll || due.fault !== 'slow_down'),
  );
  const due = faults[index];
  if (!due) return null;
  due.left -= 1;
  if (due.left <= 0) faults.splice(index, 1);
  return due.fault;
}
