import { newGuid } from '../guid.ts';
import type { Answer } from '../http/answer.ts';
import type { AzureRequest } from '../http/request.ts';
import { faultyAnswer, type Work } from './faulty-answer.ts';
import { MEANT_FOR, type RequestFault, type ShownFault } from './request-fault.ts';
import { REQUEST_KINDS, requestKindOf, type RequestKind } from './request-kind.ts';
import { seededRandom } from './seeded-random.ts';

type SwitchedOn = { id: string; fault: RequestFault; hits: number; random: () => number };

/** How many requests of a kind came, and how many of them a fault hit. */
export type RequestCount = { requests: number; faults: number };

/** The faults that are switched on. A restart switches them off. */
export class FaultBoard {
  #faults: SwitchedOn[] = [];
  readonly #counts = new Map<RequestKind, RequestCount>();

  switchOn(fault: RequestFault): ShownFault {
    const row = { id: newGuid(), fault, hits: 0, random: seededRandom(fault.seed ?? 1) };
    this.#faults.push(row);
    return shown(row);
  }

  /** Without an id, all of them. */
  switchOff(id: string | null = null): void {
    this.#faults = id === null ? [] : this.#faults.filter((row) => row.id !== id);
  }

  list(): ShownFault[] {
    return this.#faults.map(shown);
  }

  counts(): Record<RequestKind, RequestCount> {
    const entries = REQUEST_KINDS.map((kind) => [kind, this.#counts.get(kind) ?? { requests: 0, faults: 0 }]);
    return Object.fromEntries(entries) as Record<RequestKind, RequestCount>;
  }

  answer(request: AzureRequest, work: Work): Promise<Answer | 'reset'> {
    const [organization = ''] = request.segments;
    const path = request.segments.slice(request.segments.indexOf('_apis') + 1).join('/');
    const kind = requestKindOf(request.method, path);
    const count = this.#counts.get(kind) ?? { requests: 0, faults: 0 };
    this.#counts.set(kind, count);
    count.requests += 1;
    const row = this.#faults.find(
      (each) => isMeant(each.fault, { organization, path, kind }) && strikes(each),
    );
    if (!row) return work();
    count.faults += 1;
    row.hits += 1;
    return faultyAnswer(row.fault, work);
  }
}

function isMeant(
  fault: RequestFault,
  asked: { organization: string; path: string; kind: RequestKind },
): boolean {
  const kind = fault.requests ?? MEANT_FOR[fault.kind];
  // What the jobs of the sandbox ask is no request of the product: only who means them hits them.
  if (kind === undefined ? asked.kind === 'job-token' : kind !== asked.kind) return false;
  const { organization = asked.organization, path = '' } = fault;
  return (
    organization.toLowerCase() === asked.organization.toLowerCase() && new RegExp(path, 'i').test(asked.path)
  );
}

function strikes({ fault, hits, random }: SwitchedOn): boolean {
  const times = fault.times ?? (fault.rate === undefined ? 1 : Infinity);
  return hits < times && (fault.rate === undefined || random() < fault.rate);
}

const shown = ({ id, fault, hits }: SwitchedOn): ShownFault => ({ ...fault, id, hits });
