/** Requests on 16 connections, one at a time on each, for a while; and the CPU that server and Postgres used for them. */
import { readdir, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';

const CONNECTIONS = 16;
/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

export type Load = { port: number; body: string; forMs: number; serverPid: number; postgresPid: number };
export type Measured = { perSecond: number; nodeUs: number; postgresUs: number; p50: number; p99: number };

export async function measure({ port, body, forMs, serverPid, postgresPid }: Load): Promise<Measured> {
  const bytes = Buffer.from(
    `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer bench\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const before = await Promise.all([cpuMs(serverPid), cpuOfFamilyMs(postgresPid)]);
  const began = performance.now();
  const latencies = (
    await Promise.all(Array.from({ length: CONNECTIONS }, () => askUntil(port, bytes, began + forMs)))
  ).flat();
  const tookMs = performance.now() - began;
  const after = await Promise.all([cpuMs(serverPid), cpuOfFamilyMs(postgresPid)]);
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? NaN;
  return {
    perSecond: (latencies.length / tookMs) * 1_000,
    nodeUs: ((after[0] - before[0]) / latencies.length) * 1_000,
    postgresUs: ((after[1] - before[1]) / latencies.length) * 1_000,
    p50: at(0.5),
    p99: at(0.99),
  };
}

/** The latencies of one connection, in milliseconds. */
function askUntil(port: number, bytes: Buffer, end: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const latencies: number[] = [];
    let sentAt = 0;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const ask = () => {
      sentAt = performance.now();
      socket.write(bytes);
    };
    socket.once('connect', ask);
    socket.once('error', reject);
    onAnswers(socket, (head, bodyText) => {
      if (!head.startsWith('HTTP/1.1 200') || bodyText.includes('"errors"'))
        return reject(new Error(`A request failed: ${head.slice(0, 80)} ${bodyText.slice(0, 400)}`));
      latencies.push(performance.now() - sentAt);
      if (performance.now() < end) return ask();
      socket.destroy();
      resolve(latencies);
    });
  });
}

/** Only answers with Content-Length, or in one chunk. Bodies are looked through for errors when they are short. */
function onAnswers(socket: Socket, take: (head: string, start: string) => void): void {
  let held = Buffer.alloc(0);
  socket.on('data', (data) => {
    held = held.length === 0 ? data : Buffer.concat([held, data]);
    const headEnd = held.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = held.toString('latin1', 0, headEnd);
    const length = /content-length: (\d+)/i.exec(head)?.[1];
    const isWhole = length
      ? held.length >= headEnd + 4 + Number(length)
      : held.subarray(-5).toString('latin1') === '0\r\n\r\n';
    if (!isWhole) return;
    const start = held.toString('utf8', headEnd + 4, headEnd + 4 + 500);
    held = Buffer.alloc(0);
    take(head, start);
  });
}

/** What stands behind the name in a process' `stat`: its parent first, from there on as Linux numbers them. */
async function statOf(pid: number | string): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

const sumMs = (fields: readonly string[], ...places: number[]) =>
  places.reduce((sum, place) => sum + Number(fields[place] ?? 0) * TICK_MS, 0);

async function cpuMs(pid: number): Promise<number> {
  return sumMs(await statOf(pid), 11, 12);
}

/** A process with its children; those that ended count for the parent, in two fields of their own. */
async function cpuOfFamilyMs(pid: number): Promise<number> {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(all.map(statOf));
  const children = stats.filter((fields) => fields[1] === String(pid));
  const own = sumMs(await statOf(pid), 11, 12, 13, 14);
  return children.reduce((sum, fields) => sum + sumMs(fields, 11, 12), own);
}
