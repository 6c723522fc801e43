import type { Route } from '../contract.ts';
import { escapeHtml, htmlPage, sendHtml } from '../web.ts';
import type { SandboxControl, ShownTenant } from './sandbox-control.ts';

const REFRESH_SECONDS = 3;
const SHOWN_MESSAGES = 10;

/** `/`: every tenant and the phase of its newest run, as the simulated Azure DevOps has it. */
export const pictureRoute =
  (control: SandboxControl): Route =>
  (request, response, url) => {
    if (url.pathname !== '/' || request.method !== 'GET') return Promise.resolve(false);
    return Promise.resolve(sendHtml(response, 200, picture(control)));
  };

function picture(control: SandboxControl): string {
  const { tenants, apiUrl, timeScale, now } = control.state();
  const codes = control.signIns().filter(({ state }) => state === 'pending');
  const organizations = [...new Set(tenants.map(({ organization }) => organization))];
  const body = `<h1>Sandbox</h1>
    <p class="note">Simulated Azure DevOps, Entra ID and Microsoft 365. Nothing here is real.
    <a href="${escapeHtml(apiUrl)}/graphql">GraphiQL of the API</a> · <a href="/control">Control API</a> · <a href="/entra/device">Sign-in page</a> · time runs × ${timeScale}</p>
    ${codes.length === 0 ? '' : `<p>Waiting for somebody to sign in: ${codes.map(({ userCode }) => `<a href="/entra/device?user_code=${escapeHtml(userCode)}"><code>${escapeHtml(userCode)}</code></a>`).join(' ')}</p>`}
    ${organizations.map((organization) => section(organization, tenants, now)).join('')}
    ${messages(control)}`;
  return htmlPage('Sandbox', body, REFRESH_SECONDS);
}

function messages(control: SandboxControl): string {
  const rows = control
    .received()
    .slice(0, SHOWN_MESSAGES)
    .map(({ at, type, tenant, id, answered }) => [at.toISOString(), type, tenant ?? '', id, String(answered)])
    .map((cells) => `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`);
  if (rows.length === 0) return '';
  return `<h2>Web hooks sent to <a href="/control/receiver">/receiver</a></h2><table><thead><tr><th>At</th><th>Type</th><th>Tenant</th><th>Id</th><th>Answered</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function section(organization: string, tenants: ShownTenant[], now: Date): string {
  const rows = tenants
    .filter((tenant) => tenant.organization === organization)
    .map((tenant) => row(tenant, now));
  return `<h2>${escapeHtml(organization)}</h2><table><thead><tr><th>Tenant</th><th>Repository</th><th>Here for</th><th>Signs in</th><th>Newest run</th><th>For</th><th>Runs</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function row(
  { displayName, repository, role, authentication, newestRun, runs }: ShownTenant,
  now: Date,
): string {
  const word = newestRun ? (newestRun.result ?? newestRun.phase) : '';
  const label = newestRun ? `#${newestRun.buildId} ${word.toLowerCase().replaceAll('_', ' ')}` : 'never ran';
  const seconds = newestRun ? Math.max(0, Math.round((now.getTime() - newestRun.since.getTime()) / 1000)) : 0;
  const age = newestRun ? (seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`) : '';
  const cells = [
    escapeHtml(displayName),
    `<a href="/control/tenants/${encodeURIComponent(repository)}"><code>${escapeHtml(repository)}</code></a>`,
    role,
    authentication,
    `<span class="phase ${escapeHtml(word)}">${escapeHtml(label)}</span>`,
    age,
    String(runs),
  ];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}
