import { type Outcome, wordOf } from './torture.ts';

export type Verdict = {
  events: number;
  deliveries: number;
  streams: number;
  lost: number;
  outOfOrder: number;
  doubled: number;
  invented: number;
  duplicatesAcrossReconnects: number;
};

/**
 * Judges every stream by itself, before any dedupe: behind its cursor each position must follow the one before it.
 * Whatever one subscriber got more than once in different streams is a duplicate across reconnects.
 */
export function judge({ subscribers, committed, inDoubt, lastPosition }: Outcome): Verdict {
  const verdict: Verdict = {
    events: Number(lastPosition),
    deliveries: 0,
    streams: 0,
    lost: 0,
    outOfOrder: 0,
    doubled: 0,
    invented: 0,
    duplicatesAcrossReconnects: 0,
  };
  for (const { streams, habits } of subscribers) {
    const seen = new Set<string>();
    const words = new Set<string>();
    const versions = new Map<string, number>();
    for (const { after, told } of streams) {
      const ids = new Set<string>();
      let position = after;
      verdict.streams += told.length > 0 ? 1 : 0;
      for (const event of told) {
        verdict.deliveries += 1;
        if (ids.has(event.id)) verdict.doubled += 1;
        else if (seen.has(event.id)) verdict.duplicatesAcrossReconnects += 1;
        if (event.position <= position) verdict.outOfOrder += 1;
        else verdict.lost += Number(event.position - position) - 1;
        position = event.position;
        if (habits.readsTenant && event.tenantId !== undefined && !seen.has(event.id)) {
          const word = wordOf(event.tenantId, event.version);
          if (!committed.has(word) && !inDoubt.has(word)) verdict.invented += 1;
          // The order of a tenant's own changes, told by what was written and not by where it was put.
          if (event.version <= (versions.get(event.tenantId) ?? 0)) verdict.outOfOrder += 1;
          versions.set(event.tenantId, event.version);
          words.add(word);
        }
        ids.add(event.id);
      }
      ids.forEach((id) => seen.add(id));
    }
    verdict.lost += Math.max(0, Number(lastPosition) - seen.size);
    if (habits.readsTenant) verdict.lost += [...committed].filter((word) => !words.has(word)).length;
  }
  return verdict;
}

export function report(outcome: Outcome, verdict: Verdict): string {
  const transports = outcome.subscribers.map(({ habits }) => habits.transport);
  const count = (transport: string) => transports.filter((one) => one === transport).length;
  return [
    `${verdict.events} events in ${outcome.seconds.toFixed(1)} s; ${outcome.rolledBack} transactions rolled back, ${outcome.inDoubt.size} events in doubt`,
    `listener terminated ${outcome.listenerKills} times, Postgres restarted ${outcome.restarts} times`,
    `${outcome.subscribers.length} subscribers (${count('WEBSOCKET')} WebSocket, ${count('SSE')} server-sent events), ${verdict.streams} streams, ${verdict.deliveries} deliveries`,
    `lost ${verdict.lost} · out of order ${verdict.outOfOrder} · doubled in one stream ${verdict.doubled} · invented ${verdict.invented} · duplicates across reconnects ${verdict.duplicatesAcrossReconnects}`,
  ].join('\n');
}
