import { z } from 'zod';
import { route } from './ask.ts';
import { unreadableError } from './azure-devops-error.ts';
import type { AzureDevOpsHttp } from './azure-devops-http.ts';
import type { ApprovalObservation, GateAnswer, Verdict } from './port.ts';
import { inProject, type ProjectConnection } from './project-connection.ts';
import { readApproval } from './read-approval.ts';
import { wireApproval } from './wire.ts';

const listOfApprovals = z.object({ value: z.array(wireApproval) });

const VERDICTS = { APPROVED: 'approved', REJECTED: 'rejected' } as const satisfies Record<Verdict, string>;

/** Which run an approval belongs to is told by some versions only; the first that tells is kept. */
const LIST_VERSIONS = ['7.1', '7.2-preview.2'];

export type Approvals = {
  pending(): Promise<ApprovalObservation[]>;
  find(approvalId: string): Promise<ApprovalObservation | null>;
  /** Through the door of whoever answers. */
  answer(door: AzureDevOpsHttp, answer: Omit<GateAnswer, 'asPerson'>): Promise<ApprovalObservation>;
};

export function createApprovals(connection: ProjectConnection): Approvals {
  const { http, project } = connection;
  const path = route`${project}/_apis/pipelines/approvals`;
  let versions = LIST_VERSIONS;

  const list = async (apiVersion: string | undefined) => {
    const query = { state: 'pending', $expand: 'steps', top: 1000 };
    const what = `list the pending approvals ${inProject(connection)}`;
    const { items } = await http.list(
      { what, path, query, ...(apiVersion ? { apiVersion } : {}) },
      wireApproval,
    );
    return items.map(readApproval);
  };

  const find = async (approvalId: string) => {
    const one = { what: `read the approval ${approvalId}`, path: `${path}/${route`${approvalId}`}` };
    const found = await http.find({ ...one, query: { $expand: 'steps' } }, wireApproval);
    return found && readApproval(found);
  };

  return {
    find,

    async pending() {
      const [first, ...others] = versions;
      const approvals = await list(first);
      const isTold = approvals.length === 0 || approvals.some((approval) => approval.buildId !== null);
      if (isTold || others.length === 0) return approvals;
      versions = others;
      return list(others[0]);
    },

    async answer(door, { approvalId, verdict, comment }) {
      const what = `decide the approval ${approvalId}`;
      const body = [{ approvalId, status: VERDICTS[verdict], comment }];
      const { value } = await door.read({ what, method: 'PATCH', path, body }, listOfApprovals);
      const decided = value.find((approval) => approval.id === approvalId) ?? value[0];
      // The answer to a decision may come without its steps, which say who decided.
      const whole = decided?.steps?.length ? readApproval(decided) : await find(approvalId);
      if (!whole) throw unreadableError(what, 'the approval is not in it');
      return whole;
    },
  };
}
