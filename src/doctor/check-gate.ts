import { type ApprovalCheck, DEFAULT_TIMEOUT_MINUTES, listApprovalChecks } from '../azure-devops/gates.ts';
import { environmentOf } from './check-environment.ts';
import { ok, together, type Verdict, warning, wrong } from './finding.ts';
import { readIdentities } from './identities.ts';
import { createGate, setApprovers } from './make-gate.ts';
import { isBackupOnly, type Tenant } from './tenant-facts.ts';

const LEAST_MINUTES = 60;

/** Somebody has to approve, can do so, has time for it, and the service may pass on what they decided. */
export async function checkGate(tenant: Tenant): Promise<Verdict> {
  if (isBackupOnly(tenant)) return ok('Not needed: nothing is ever deployed.');
  const environment = await environmentOf(tenant);
  if (!environment)
    return wrong('There is no gate: its environment is missing.', 'Create the environment first.');
  const checks = await listApprovalChecks(tenant.project.connection, environment.id);
  const [check, ...more] = checks.filter(({ isDisabled }) => !isDisabled);
  if (!check) {
    const isOff = checks.length > 0;
    return wrong(
      isOff ? 'The approval check is disabled: nothing waits for approval.' : 'There is no approval check.',
      isOff
        ? 'Enable it in the environment.'
        : 'Add an approval check to the environment; --fix needs --approver, or other gates in the project to copy from.',
      isOff ? null : await createGate(tenant, environment),
    );
  }
  const names = (check.settings?.approvers ?? []).map(({ displayName }) => displayName).join(', ');
  return together(
    [
      ...(await approverProblems(tenant, check)),
      timeProblem(check),
      more.length === 0
        ? ok('')
        : warning(
            `There are ${checks.length} approval checks: each has to be answered.`,
            'Keep one of them.',
          ),
    ],
    `Approved by ${names}.`,
  );
}

function timeProblem({ timeout }: ApprovalCheck): Verdict {
  const minutes = timeout ?? DEFAULT_TIMEOUT_MINUTES;
  if (minutes >= LEAST_MINUTES) return ok('');
  return warning(
    `Approvers have ${minutes} minutes; then the run ends without a decision.`,
    'Give the approval check a longer timeout, like 30 days.',
  );
}

async function approverProblems(tenant: Tenant, check: ApprovalCheck): Promise<Verdict[]> {
  const approvers = check.settings?.approvers ?? [];
  if (approvers.length === 0) {
    const fix = await setApprovers(tenant, check, null);
    return [wrong('Nobody is named as approver.', 'Name approvers in the approval check.', fix)];
  }
  const known = await readIdentities(
    tenant.project,
    approvers.map(({ id }) => id),
  );
  const isThere = ({ id }: { id: string }) =>
    known.some((one) => one.id.toLowerCase() === id.toLowerCase() && one.isActive !== false);
  const gone = approvers.filter((approver) => !isThere(approver));
  const rest = approvers.filter(isThere);
  const goneProblem =
    gone.length === 0
      ? ok('')
      : wrong(
          `${gone.map(({ id, displayName }) => displayName || id).join(', ')} left the organisation.`,
          'Name others in the approval check.',
          await setApprovers(tenant, check, rest.length > 0 ? rest : null),
        );
  return rest.length === 0 ? [goneProblem] : [goneProblem, serviceProblem(tenant, check, known)];
}

/** Decisions of people who are not signed in with Entra are answered by the service in their name. */
function serviceProblem(
  { project: { me, practice } }: Tenant,
  { settings }: ApprovalCheck,
  known: Awaited<ReturnType<typeof readIdentities>>,
): Verdict {
  const say = practice.answersAsPeople ? warning : wrong;
  const isMe = (id: string) => id.toLowerCase() === me.id.toLowerCase();
  if ((settings?.blockedApprovers ?? []).some(({ id }) => isMe(id)))
    return say(`The service ("${me.displayName}") is blocked as approver.`, 'Unblock it.');
  if (settings?.requesterCannotBeApprover)
    return say(
      'Whoever started a run may not approve it, so the service cannot answer for syncs that it started.',
      'Allow approvers to approve their own runs; four eyes are a policy of the API.',
    );
  const groups = known.filter(({ isContainer }) => isContainer);
  if (known.some(({ id }) => isMe(id)) || groups.some(({ memberIds }) => memberIds?.some(isMe)))
    return ok('');
  const remedy = `Add "${me.displayName}" to the approvers, or to a group of them.`;
  // Azure DevOps does not know everybody in the groups of Entra.
  if (groups.some(({ memberIds }) => (memberIds ?? []).length === 0))
    return warning('It cannot be seen whether the service may approve: a group shows no members.', remedy);
  return say('The service is no approver: decisions made with API keys cannot be passed on.', remedy);
}
