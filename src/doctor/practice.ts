import type { ConfiguredProject } from '../azure-devops/azure-devops.ts';
import type { Doors } from '../azure-devops/doors.ts';
import type { TokenSource } from '../azure-devops/token-source.ts';
import type { Logger } from '../lib/logger.ts';

/** With what the doctor works. */
export type Practice = {
  projects: readonly ConfiguredProject[];
  tokens: TokenSource;
  doors: Doors;
  /** Where Azure DevOps reaches the API, without a trailing slash. */
  publicUrl: string;
  /** null: web hooks are not taken. */
  hookSecret: string | null;
  /** Whether the service can answer gates as the person who decided; else it answers all of them itself. */
  answersAsPeople: boolean;
  /** Names of those who approve where a gate has to be made; empty: the approvers of the project's other gates. */
  approvers: readonly string[];
  /** The npm feed with the agent's package, for pipelines that are laid; null: people fill it in. */
  feedUrl: string | null;
  /** Hears what is being looked at. */
  onProgress: (what: string) => void;
  logger: Logger;
};
