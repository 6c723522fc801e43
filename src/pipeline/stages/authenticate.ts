import type { StageContext, StageOutcome } from '../stage.ts';

/** Waits until the API has a credential for the tenant; somebody may have to sign in first. */
export async function authenticate(context: StageContext): Promise<StageOutcome> {
  const { report } = context;
  report.progress(10, 'Asking for a credential of the tenant');
  const granted = await context.credential('AUTHENTICATE');
  report.log(`The credential is valid until ${granted.expiresAt}.`);
  report.progress(100, 'Signed in');
  return { succeeded: true };
}
