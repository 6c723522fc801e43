/** The production entry: configuration from the environment, logs to standard output, graceful stop on SIGTERM. */
import { startApp } from './app.ts';
import { ConfigError, describeSettings, readConfig } from './config.ts';
import { messageOf } from './lib/errors.ts';
import { createLogger } from './lib/logger.ts';

if (process.argv.includes('--help')) {
  console.log('npm start: the API. Its settings are environment variables; * must be given.\n');
  for (const { name, isRequired, description } of describeSettings()) {
    console.log(`${isRequired ? '*' : ' '} ${name.padEnd(24)} ${description}`);
  }
  process.exit(0);
}

try {
  const config = readConfig(process.env);
  const logger = createLogger(config.LOG_LEVEL, (line) => process.stdout.write(`${line}\n`));
  const app = await startApp(config, logger);
  logger.info('The API is ready.', { port: app.port });
  const stop = async (signal: string) => {
    logger.info('Stopping.', { signal });
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
