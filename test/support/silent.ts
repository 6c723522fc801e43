import { createLogger, type Logger } from '../../src/lib/logger.ts';

/** For tests that cause what would otherwise be worth a line. */
export const silent: Logger = createLogger('silent', () => undefined);
