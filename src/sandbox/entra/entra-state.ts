import type { DeviceCode, DeviceCodes } from './device-codes.ts';
import type { Directory } from './directories.ts';
import type { TenantApp } from './tenant-apps.ts';
import type { Tokens } from './tokens.ts';

export type EntraFault = 'unavailable' | 'slow_down';

/** What the endpoints work on. */
export type EntraState = {
  tokens: Tokens;
  codes: DeviceCodes;
  baseUrl: () => string;
  pollIntervalSeconds: number;
  issuerOf: (directoryId: string) => string;
  directories(): ReadonlyMap<string, Directory>;
  tenantApps: ReadonlyMap<string, TenantApp>;
  /** One fault that is due for the directory, or null; only those who poll with a device code can be too fast. */
  takeFault(directoryId: string, isPoll: boolean): EntraFault | null;
  /** `choice`: an account's object id or user name, or one of the page's other answers. Throws BadRequest. */
  answer(code: DeviceCode, choice: string): void;
};
