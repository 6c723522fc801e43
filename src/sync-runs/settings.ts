/** Deadlines and addresses that operations need; all from the configuration. */
export type Settings = {
  signInWindowMs: number;
  /** A tenant is stale when Azure could not be asked for longer. */
  staleAfterMs: number;
  /** Where browsers and pipelines reach this API, without a trailing slash. */
  publicUrl: string;
};
