import type { Queryable } from '../database/database.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { pause } from '../lib/pause.ts';
import { takeCheckpoint } from './audit-log.ts';
import type { CheckpointSigner } from './checkpoint.ts';

/** What can be cut off unnoticed is what was done since the last checkpoint in the log. */
const EVERY_MS = 5 * 60_000;

/** Tells the program's log, which goes elsewhere, how far the audit log has come. */
export class AuditCheckpoints implements AsyncDisposable {
  readonly #parts: { db: Queryable; signer: CheckpointSigner; logger: Logger };
  readonly #end = new AbortController();
  readonly #loop: Promise<void>;
  #told = 0;

  constructor(parts: { db: Queryable; signer: CheckpointSigner; logger: Logger }) {
    this.#parts = parts;
    this.#loop = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#loop;
    await this.#tell();
  }

  async #run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      await this.#tell();
      await pause(EVERY_MS, this.#end.signal);
    }
  }

  async #tell(): Promise<void> {
    const { db, signer, logger } = this.#parts;
    try {
      const checkpoint = await takeCheckpoint(db, signer);
      if (checkpoint.position === this.#told) return;
      logger.info('Audit checkpoint.', checkpoint);
      this.#told = checkpoint.position;
    } catch (error) {
      logger.warn('No checkpoint of the audit log could be taken; trying again.', {
        error: messageOf(error),
      });
    }
  }
}
