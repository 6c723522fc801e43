import { idFrom } from '../tenants/configuration/profile.ts';

export type Directory = {
  directoryId: string;
  displayName: string;
  domain: string;
  /** Whether the API's app may act in it without a person (client credentials). */
  allowsApplication: boolean;
  /** Refresh tokens of an earlier generation are revoked. */
  generation: number;
};

/** Somebody who may sign in. */
export type Account = { objectId: string; displayName: string; userName: string; directoryId: string };

const PEOPLE = ['Adele Vance', 'Alex Wilber', 'Megan Bowen'];

/** The same people work in every simulated company, each with an account of their own there. */
export const accountsOf = ({ directoryId, domain }: Directory): Account[] =>
  PEOPLE.map((displayName) => ({
    objectId: idFrom(directoryId, 'account', displayName),
    displayName,
    userName: `${displayName.toLowerCase().replace(' ', '.')}@${domain}`,
    directoryId,
  }));

/** Somebody of a directory that is none of ours: signing in with it must not be taken for the tenant. */
export const STRANGER: Account = {
  objectId: idFrom('stranger', 'account'),
  displayName: 'Isaiah Langer',
  userName: 'isaiah.langer@woodgrove.onmicrosoft.com',
  directoryId: idFrom('stranger', 'directory'),
};
