/**
 * A proxy in front of Postgres that understands just enough of its protocol to see every commit: the COMMIT of a
 * transaction, and each statement that writes outside of one. It may cut the line before a commit and after it.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type PostgresProxy = AsyncDisposable & {
  url: string;
  /** Cuts every connection, or only goes silent: nothing passes any more, in either direction. */
  cutAll(): void;
  setSilent(isSilent: boolean): void;
};

export type PostgresProxyOptions = {
  /** The address of the database behind it. */
  url: string;
  /** `label` says what is written. `cut` before: it never arrives; `cut` after: nobody hears that it did. */
  onCommit?: (label: string, when: 'before' | 'after') => 'cut' | void;
};

export async function startPostgresProxy(options: PostgresProxyOptions): Promise<PostgresProxy> {
  const target = new URL(options.url);
  const lines = new Set<Line>();
  let isSilent = false;
  const server = createServer((client) => {
    const line = new Line(client, {
      ...options,
      host: target.hostname,
      port: Number(target.port),
      isSilent: () => isSilent,
    });
    lines.add(line);
    client.once('close', () => lines.delete(line));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(options.url);
  url.host = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const cutAll = () => {
    for (const line of lines) line.cut();
  };
  return {
    url: url.href,
    cutAll,
    setSilent: (silent) => {
      isSilent = silent;
    },
    [Symbol.asyncDispose]: async () => {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type LineOptions = Pick<PostgresProxyOptions, 'onCommit'> & {
  host: string;
  port: number;
  isSilent: () => boolean;
};

/** One client's connection. */
class Line {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #options: LineOptions;
  readonly #statements = new Map<string, string>();
  #isStarted = false;
  #isInTransaction = false;
  #written = new Set<string>();
  /** What is being committed; null while nothing is. */
  #committing: string | null = null;
  #autocommit: string | null = null;

  constructor(client: Socket, options: LineOptions) {
    this.#client = client;
    this.#options = options;
    this.#server = connect(options.port, options.host);
    for (const [one, other] of [
      [this.#client, this.#server],
      [this.#server, this.#client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.once('close', () => other.destroy());
    }
    this.#read(this.#client, (type, body) => this.#fromClient(type, body), this.#server);
    this.#read(this.#server, (type, body) => this.#fromServer(type, body), this.#client);
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  /** Cuts the stream into messages. What `look` answers with false is not passed on, and the line is cut. */
  #read(from: Socket, look: (type: string, body: Buffer) => boolean, to: Socket): void {
    let rest: Buffer = Buffer.alloc(0);
    from.on('data', (chunk: Buffer) => {
      if (this.#options.isSilent()) return;
      rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      let from = 0;
      for (;;) {
        const head = this.#isStarted || to === this.#client ? 1 : 0;
        if (rest.length < from + head + 4) break;
        const length = head + rest.readInt32BE(from + head);
        if (rest.length < from + length) break;
        const type = head === 1 ? String.fromCharCode(rest[from] ?? 0) : 'startup';
        if (!look(type, rest.subarray(from + head + 4, from + length))) {
          to.write(rest.subarray(0, from));
          return this.cut();
        }
        from += length;
      }
      if (from > 0) to.write(rest.subarray(0, from));
      rest = rest.subarray(from);
    });
  }

  #fromClient(type: string, body: Buffer): boolean {
    if (type === 'startup') {
      this.#isStarted = true;
      return true;
    }
    if (type === 'Q') return this.#simple(text(body));
    if (type === 'P') this.#statements.set(text(body), text(body, text(body).length + 1));
    if (type === 'B') {
      const portal = text(body);
      this.#note(this.#statements.get(text(body, portal.length + 1)) ?? '');
    }
    if (type === 'S' && this.#autocommit !== null && !this.#isInTransaction)
      return this.#commit(this.#autocommit);
    return true;
  }

  #simple(statement: string): boolean {
    if (/^\s*begin/i.test(statement)) {
      this.#isInTransaction = true;
      this.#written.clear();
      return true;
    }
    if (/^\s*rollback/i.test(statement)) this.#isInTransaction = false;
    if (!/^\s*commit/i.test(statement)) {
      this.#note(statement);
      return this.#autocommit === null || this.#isInTransaction || this.#commit(this.#autocommit);
    }
    this.#isInTransaction = false;
    const label = [...this.#written].sort().join('+');
    return label === '' || this.#commit(label);
  }

  #note(statement: string): void {
    for (const what of writtenBy(statement)) {
      if (this.#isInTransaction) this.#written.add(what);
      else this.#autocommit = what;
    }
  }

  #commit(label: string): boolean {
    this.#autocommit = null;
    this.#committing = label;
    return this.#options.onCommit?.(label, 'before') !== 'cut';
  }

  #fromServer(type: string, _body: Buffer): boolean {
    if (type !== 'Z' || this.#committing === null) return true;
    const label = this.#committing;
    this.#committing = null;
    return this.#options.onCommit?.(label, 'after') !== 'cut';
  }
}

const text = (body: Buffer, from = 0) => body.toString('utf8', from, body.indexOf(0, from));

const WRITES = /\b(?:insert\s+into|update|delete\s+from)\s+(?:"?[a-z_]+"?\.)?"?([a-z_]+)"?/gi;
/** Functions that write; the last ones are graphile-worker's own. */
const CALLS = /\b(add_job|force_unlock_workers|pg_notify)\b/gi;

function writtenBy(statement: string): string[] {
  if (/^\s*(set|listen|unlisten|reset)\b/i.test(statement)) return [];
  const tables = [...statement.matchAll(WRITES)].map(([, table = '']) => table);
  const functions = [...statement.matchAll(CALLS)].map(([, name = '']) => name);
  // `for update of` and `on conflict do update set` name no table.
  return [...tables, ...functions].filter((name) => !['of', 'set', 'skip'].includes(name.toLowerCase()));
}
