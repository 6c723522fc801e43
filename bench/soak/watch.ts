/** What the process under test holds, as its own metrics say. */
export type Held = {
  events: number;
  residentMb: number;
  heapMb: number;
  /** What V8 has taken for its heap, used or not, and what buffers hold outside of it. */
  committedMb: number;
  externalMb: number;
  descriptors: number;
  handles: number;
  sockets: number;
  subscriptions: number;
};

const SERIES = {
  residentMb: 'process_resident_memory_bytes',
  heapMb: 'nodejs_heap_size_used_bytes',
  committedMb: 'nodejs_heap_size_total_bytes',
  externalMb: 'nodejs_external_memory_bytes',
  descriptors: 'process_open_fds',
  handles: 'nodejs_active_handles_total',
  sockets: 'tenant_sync_sockets',
  subscriptions: 'tenant_sync_subscriptions',
} as const;
const MB = 1024 * 1024;

export async function held(metricsPort: number, events: number): Promise<Held> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const value = (name: string) => {
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    if (line === undefined) throw new Error(`The metrics do not have ${name}.`);
    return Number(line.split(' ')[1]);
  };
  const { residentMb, heapMb, committedMb, externalMb, ...counts } = SERIES;
  return {
    events,
    residentMb: value(residentMb) / MB,
    heapMb: value(heapMb) / MB,
    committedMb: value(committedMb) / MB,
    externalMb: value(externalMb) / MB,
    descriptors: value(counts.descriptors),
    handles: value(counts.handles),
    sockets: value(counts.sockets),
    subscriptions: value(counts.subscriptions),
  };
}

/** Least-squares slope of `y` over `x`. */
export function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [xMean, yMean] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
  const covariance = points.reduce((sum, [x, y]) => sum + (x - xMean) * (y - yMean), 0);
  const variance = points.reduce((sum, [x]) => sum + (x - xMean) ** 2, 0);
  return covariance / variance;
}
