/** What was found: about whom, how bad it is, and what to do. */

export type State = 'ok' | 'warning' | 'wrong';

/** Creates what is missing. `what` completes "Fixed: …". */
export type Fix = { what: string; apply(): Promise<unknown> };

export type Verdict = { state: State; message: string; remedy: string | null; fix: Fix | null };

export type Finding = Verdict & {
  /** `contoso`, `contoso/Tenants` or `contoso/Tenants/contoso-eu`. */
  subject: string;
  check: string;
};

export const ok = (message: string): Verdict => ({ state: 'ok', message, remedy: null, fix: null });

export const warning = (message: string, remedy: string, fix: Fix | null = null): Verdict => ({
  state: 'warning',
  message,
  remedy,
  fix,
});

export const wrong = (message: string, remedy: string, fix: Fix | null = null): Verdict => ({
  state: 'wrong',
  message,
  remedy,
  fix,
});

const BADNESS = { ok: 0, warning: 1, wrong: 2 } as const satisfies Record<State, number>;

/** Several things of one check: as bad as the worst, with everything that is to do. `fine` when nothing is. */
export function together(verdicts: readonly Verdict[], fine: string): Verdict {
  const bad = verdicts.filter(({ state }) => state !== 'ok');
  if (bad.length === 0) return ok(fine);
  const worst = bad.reduce((one, other) => (BADNESS[other.state] > BADNESS[one.state] ? other : one));
  const fixes = bad.flatMap(({ fix }) => fix ?? []);
  return {
    state: worst.state,
    message: bad.map(({ message }) => message).join(' '),
    remedy: [...new Set(bad.map(({ remedy }) => remedy))].join(' '),
    fix: fixes.length > 0 ? inTurn(fixes) : null,
  };
}

const inTurn = (fixes: readonly Fix[]): Fix => ({
  what: fixes.map(({ what }) => what).join(', '),
  apply: async () => {
    for (const fix of fixes) await fix.apply();
  },
});
