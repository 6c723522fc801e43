/** The page where a person types the code and chooses an account. Works without scripts. */
import type { DeviceCode } from './device-codes.ts';
import type { Account } from './directories.ts';
import { escapeHtml, htmlPage } from '../web.ts';

export const DEVICE_PATH = '/entra/device';
/** Values of the form's buttons besides the accounts' object ids. */
export const ANSWERS = { decline: 'decline', stranger: 'wrong-directory' } as const;

const page = (body: string) =>
  htmlPage('Sign in to a simulated tenant', `<main class="narrow">${body}</main>`);

export const codePage = (problem: string | null): string =>
  page(`<h1>Enter code</h1><p class="note">Type the code that the API shows for the tenant.</p>
    ${problem ? `<p role="alert"><strong>${escapeHtml(problem)}</strong></p>` : ''}
    <form method="get" action="${DEVICE_PATH}"><input name="user_code" aria-label="Code" required autofocus autocomplete="off" maxlength="20">
    <button class="main">Next</button></form>`);

export function accountPage(
  code: DeviceCode,
  tenantName: string,
  accounts: Account[],
  stranger: Account,
): string {
  const button = (value: string, title: string, note: string) =>
    `<button name="answer" value="${escapeHtml(value)}">${escapeHtml(title)}<small>${escapeHtml(note)}</small></button>`;
  return page(`<h1>Pick an account</h1>
    <p class="note">Configuration Manager asks to sign in to <strong>${escapeHtml(tenantName)}</strong> with the code <code>${escapeHtml(code.userCode)}</code>.</p>
    <form method="post" action="${DEVICE_PATH}"><input type="hidden" name="user_code" value="${escapeHtml(code.userCode)}">
    ${accounts.map((account) => button(account.objectId, account.displayName, account.userName)).join('')}
    ${button(ANSWERS.stranger, stranger.displayName, `${stranger.userName} (an account of another directory)`)}
    ${button(ANSWERS.decline, 'Decline', 'Nobody signs in; the sync ends with an error')}</form>`);
}

const OUTCOMES = {
  pending: 'Nobody has answered this code yet.',
  approved: 'You have signed in. You may close this window; the sync goes on by itself.',
  redeemed: 'You have signed in. The sync goes on by itself.',
  declined: 'The sign-in was declined.',
  expired: 'This code has expired. Ask the API for a new one (restartAuthentication).',
} as const satisfies Record<DeviceCode['state'], string>;

export const outcomePage = (code: DeviceCode): string =>
  page(`<h1>${code.state === 'approved' || code.state === 'redeemed' ? 'All set' : 'Sign-in ended'}</h1><p>${OUTCOMES[code.state]}</p>
    <p class="note"><a href="${DEVICE_PATH}">Enter another code</a></p>`);
