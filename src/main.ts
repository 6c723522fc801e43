/** The production entry: configuration from the environment, logs to standard output, graceful stop on SIGTERM. */
import { startApp } from './app.ts';
import { ConfigError, describeSettings, readConfig } from './config.ts';
import { messageOf } from './lib/errors.ts';
import { giveBackMemory, stayWarm } from './lib/give-back-memory.ts';
import { createLogger } from './lib/logger.ts';
import { traceId } from './telemetry/tracing.ts';

if (process.argv.includes('--help')) {
  console.log('npm start: the API. Its settings are environment variables; * must be given.\n');
  for (const { name, isRequired, description } of describeSettings()) {
    console.log(`${isRequired ? '*' : ' '} ${name.padEnd(24)} ${description}`);
  }
  process.exit(0);
}

/** Half of what Kubernetes waits before it kills. */
const STOP_WITHIN_MS = 15_000;

try {
  const config = readConfig(process.env);
  const logger = createLogger(config.LOG_LEVEL, (line) => process.stdout.write(`${line}\n`), traceId);
  const app = await startApp(config, logger);
  giveBackMemory();
  stayWarm();
  logger.info('The API is ready.', { port: app.port });
  const stop = async (signal: string) => {
    logger.info('Stopping.', { signal });
    setTimeout(() => {
      logger.error(
        'It took too long to stop in good order: what was under way goes on after the next start.',
      );
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    await app[Symbol.asyncDispose]();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop('SIGTERM'));
  process.once('SIGINT', () => void stop('SIGINT'));
} catch (error) {
  console.error(
    error instanceof ConfigError ? error.message : `The API could not start: ${messageOf(error)}`,
  );
  process.exitCode = 1;
}
