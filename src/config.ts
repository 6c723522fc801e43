/**
 * The whole configuration, from the environment: read once, checked as a whole, every problem reported together.
 * Each setting is described where it is declared; `describeSettings` makes the README's table of it.
 */
import { z } from 'zod';
import { createCheckpointSigner } from './access/checkpoint.ts';
import { ROLES } from './access/permissions.ts';
import { credentialProblems } from './credentials.ts';

const seconds = (fallback: number) => z.coerce.number().positive().max(86_400).default(fallback);
const port = z.coerce.number().int().min(0).max(65_535);

const projectAddress = z.string().transform((text, check) => {
  const parts = /^(https?:\/\/.+)\/([^/]+)\/([^/]+)\/?$/.exec(text.trim());
  const [, base, organization, project] = parts ?? [];
  if (!base || !organization || !project) {
    check.addIssue(
      `"${text.trim()}" is not the address of a project, like https://dev.azure.com/contoso/Tenants`,
    );
    return z.NEVER;
  }
  return {
    organizationUrl: `${base}/${organization}`,
    organization: decodeURIComponent(organization),
    project: decodeURIComponent(project),
  };
});

const encryptionKey = z.string().transform((text, check) => {
  const [id, encoded] = text.trim().split(':', 2);
  const key = Buffer.from(encoded ?? '', 'base64');
  if (!id || !/^[\w-]+$/.test(id) || key.length !== 32) {
    check.addIssue('each key is `id:base64 of 32 bytes`; `openssl rand -base64 32` makes the second part');
    return z.NEVER;
  }
  return { id, key };
});

const ed25519Key = z.string().refine(isEd25519Key, 'not an Ed25519 key as PKCS #8, DER, base64');

function isEd25519Key(text: string): boolean {
  try {
    return createCheckpointSigner(text).publicKey !== '';
  } catch {
    return false;
  }
}

const fixedKey = z.object({
  name: z.string().min(1),
  role: z.enum(ROLES),
  isPerson: z.boolean().default(false),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'the SHA-256 of the key, in 64 lower-case hexadecimal digits'),
});

const listOf = <Item>(item: z.ZodType<Item, string>) =>
  z
    .string()
    .transform((text) => text.split(',').filter((part) => part.trim() !== ''))
    .pipe(z.array(item));

const json = z.string().transform((text, check): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    check.addIssue('is not valid JSON');
    return z.NEVER;
  }
});

const loopbackUrl = z
  .url()
  .refine((url) => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname), {
    message:
      'must be an address of this machine (127.0.0.1): tokens are never sent to a stand-in for Entra elsewhere',
  });

const encryptionKeys = listOf(encryptionKey).refine((keys) => keys.length > 0, 'give at least one key');

const otherAddress = z.string().min(1).optional();

const settings = z.object({
  DATABASE_URL: z
    .string()
    .min(1)
    .describe('PostgreSQL 15 or later: `postgres://user:password@host/database`'),
  DATABASE_LISTEN_URL: otherAddress.describe(
    'Behind a transaction pooler: an address of the same database without it, for LISTEN, migrations and jobs',
  ),
  DATABASE_OWNER_URL: otherAddress.describe(
    "Address of the same database for the owner of its tables, who updates them at the start: the API's own role then owns nothing, and can only add to the audit log",
  ),
  PORT: port.default(4000).describe('Port of the API'),
  HOST: z.string().default('0.0.0.0').describe('Address that the API listens on'),
  PUBLIC_URL: z
    .url()
    .optional()
    .describe('Where browsers and pipelines reach the API; default `http://localhost:PORT`'),
  AZURE_DEVOPS_PROJECTS: listOf(projectAddress)
    .refine((projects) => projects.length > 0, 'name at least one project')
    .describe('Projects whose tenants are served, by address, separated by commas'),
  ENTRA_DIRECTORY_ID: z
    .string()
    .min(1)
    .optional()
    .describe("Directory (tenant) id of the API's own app registration"),
  ENTRA_CLIENT_ID: z.string().min(1).optional().describe("Client id of the API's own app registration"),
  ENTRA_CLIENT_SECRET: z.string().min(1).optional().describe('Its client secret'),
  ENTRA_CLIENT_CERTIFICATE_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('Instead of a secret: a PEM file with its certificate and private key'),
  ENTRA_FEDERATED_TOKEN_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Instead of a secret: a file with a token that Entra trusts (workload federation), read at each use',
    ),
  ENTRA_MANAGED_IDENTITY: z
    .string()
    .min(1)
    .optional()
    .describe('Instead of an app registration: `system`, or the client id of an assigned managed identity'),
  AZURE_DEVOPS_PAT: z
    .string()
    .min(1)
    .optional()
    .describe('For development only: a personal access token instead of an app registration'),
  SIGN_IN_CLIENT_ID: z
    .string()
    .min(1)
    .optional()
    .describe('Public client (device code) with which people sign in to tenants; default ENTRA_CLIENT_ID'),
  ENTRA_EMULATOR_URL: loopbackUrl
    .optional()
    .describe('A stand-in for login.microsoftonline.com on this machine; the sandbox sets it'),
  AZURE_DEVOPS_HOOK_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe(
      'Password (16 characters or more) that the web hooks of Azure DevOps send; without it none are taken',
    ),
  PIPELINE_OIDC_ISSUERS: listOf(z.string().min(1))
    .optional()
    .describe("Issuers that a job's OIDC token may have; default: those of Azure DevOps and Entra"),
  ENCRYPTION_KEYS: encryptionKeys.describe(
    'Keys that seal secrets in the database, `id:base64`, newest first, separated by commas',
  ),
  ENTRA_CALLER_DIRECTORIES: listOf(z.guid('the id of a directory'))
    .default([])
    .describe(
      "Directories whose people and applications may call, by id; app roles count only from the first, the API's own",
    ),
  ENTRA_CALLER_AUDIENCE: z
    .string()
    .min(1)
    .optional()
    .describe('Audience of their access tokens (version 2.0); default ENTRA_CLIENT_ID'),
  ENTRA_CALLER_SCOPE: z
    .string()
    .min(1)
    .default('access_as_user')
    .describe("Scope that a person's access token must have"),
  AUDIT_SIGNING_KEY: ed25519Key
    .optional()
    .describe(
      'Signs checkpoints of the audit log: `openssl genpkey -algorithm ed25519 -outform DER | base64 -w0`; without it nothing is signed or exported',
    ),
  SANDBOX_API_KEYS: json
    .pipe(z.array(fixedKey))
    .default([])
    .describe('Only for the sandbox, which sets it: its fixed keys. `npm run keys` makes real ones'),
  SIGN_IN_WINDOW_SECONDS: seconds(180).describe('How long a run waits for somebody to sign in'),
  STALE_AFTER_SECONDS: seconds(90).describe(
    'After this long without an answer from Azure DevOps a tenant is stale',
  ),
  POLL_WATCHED_SECONDS: seconds(4).describe(
    'Pause between looks at a project with an open run, while somebody subscribes',
  ),
  POLL_ACTIVE_SECONDS: seconds(15).describe('Pause between looks at a project with an open run'),
  POLL_IDLE_SECONDS: seconds(20).describe('Pause between looks at a project without one'),
  POLL_HOOKED_SECONDS: seconds(60).describe(
    'The same, while the web hooks of Azure DevOps are known to work',
  ),
  DISCOVER_SECONDS: seconds(3600).describe('Pause between full looks, which find new and changed tenants'),
  HEARTBEAT_SECONDS: seconds(30).describe('Pause between heartbeats on the subscription `events`'),
  SLOW_CLIENT_SECONDS: seconds(10).describe(
    'How long a client may leave its socket full before it is closed with 1013, and may resume',
  ),
  SOCKETS_PER_CALLER: z.coerce
    .number()
    .int()
    .positive()
    .default(200)
    .describe('WebSockets that one key or person may have open, on each process'),
  EVENT_RETENTION_DAYS: z.coerce.number().min(7).default(7).describe('How long events are kept; at least 7'),
  GRAPHIQL: z.enum(['on', 'off']).default('off').describe('Whether /graphql shows GraphiQL in a browser'),
  INTROSPECTION: z
    .enum(['open', 'signed-in', 'off'])
    .default('signed-in')
    .describe(
      'Who may ask for the schema: `open` (anybody), `signed-in` (whoever has a key) or `off` (nobody)',
    ),
  TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe('How many proxies stand in front and add to X-Forwarded-For: tells clients apart'),
  CORS_ORIGINS: listOf(z.url())
    .default([])
    .describe('Origins whose pages may call the API, separated by commas'),
  METRICS_PORT: port
    .optional()
    .describe('Port for Prometheus (`/metrics`), on the same address; none when it is not set'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('OpenTelemetry collector (OTLP over HTTP) that traces are sent to; none when it is not set'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least important level that is logged'),
});

export type Config = z.infer<typeof settings>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown with one line for each thing that is missing or wrong. Never holds a value of a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** For commands that need nothing else. Throws ConfigError. */
export function readEncryptionKeys(text: string): Config['ENCRYPTION_KEYS'] {
  const parsed = encryptionKeys.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map(({ message }) => `ENCRYPTION_KEYS is wrong: ${message}`));
}

/** Empty variables count as not set. */
export function readConfig(environment: Environment): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = settings.safeParse(given);
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => problemOf(issue, given))),
    ...credentialProblems(given),
    ...callerProblems(given),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
}

function problemOf(issue: z.core.$ZodIssue, given: Environment): string {
  const [name = '?', ...rest] = issue.path.map(String);
  const isMissing = given[name] === undefined;
  const where = rest.length > 0 ? `${name} (${rest.join('.')})` : name;
  const purpose =
    name in settings.shape ? settings.shape[name as keyof typeof settings.shape].description : '';
  return isMissing
    ? `${where} is missing: ${purpose}`
    : `${where} is wrong: ${issue.message}. It is: ${purpose}`;
}

/** Fixed keys are for the sandbox, and tokens need an audience that is ours alone. */
function callerProblems(given: Environment): string[] {
  const problems: string[] = [];
  if (given.SANDBOX_API_KEYS && !given.ENTRA_EMULATOR_URL)
    problems.push(
      `SANDBOX_API_KEYS is wrong: this is no sandbox. It is: ${settings.shape.SANDBOX_API_KEYS.description}`,
    );
  if (given.ENTRA_CALLER_DIRECTORIES && !given.ENTRA_CALLER_AUDIENCE && !given.ENTRA_CLIENT_ID)
    problems.push(`ENTRA_CALLER_AUDIENCE is missing: ${settings.shape.ENTRA_CALLER_AUDIENCE.description}`);
  return problems;
}

/** Without a trailing slash. */
export const publicUrlOf = ({ PUBLIC_URL, PORT }: Config) =>
  (PUBLIC_URL ?? `http://localhost:${PORT}`).replace(/\/$/, '');

/** Every setting with its purpose and whether it must be given, in the order of declaration. */
export function describeSettings(): { name: string; isRequired: boolean; description: string }[] {
  return Object.entries(settings.shape).map(([name, schema]) => ({
    name,
    isRequired: !schema.safeParse(undefined).success,
    description: schema.description ?? '',
  }));
}
