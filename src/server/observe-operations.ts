import { type ExecutionArgs, getOperationAST } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Metrics } from '../telemetry/metrics.ts';
import { inSpan } from '../telemetry/tracing.ts';

/** Measures each operation, and makes it a span that goes on behind the caller's own (`traceparent`). */
export function observeOperations(metrics: Metrics): Plugin {
  return {
    onExecute: ({ args, executeFn, setExecuteFn }) => {
      const seen = seenOf(args);
      const startedAt = performance.now();
      setExecuteFn((given: ExecutionArgs) =>
        inSpan(`${seen.type} ${seen.name ?? ''}`.trim(), spanOf(args), () => executeFn(given) as unknown),
      );
      return {
        onExecuteDone: ({ result }) => {
          const isOk = isAsyncIterable(result) || !result.errors?.length;
          const seconds = (performance.now() - startedAt) / 1_000;
          metrics.operation({ ...seen, outcome: isOk ? 'ok' : 'error', seconds });
        },
      };
    },
    onSubscribe: ({ args }) => {
      const startedAt = performance.now();
      return {
        onSubscribeResult: ({ result }) => {
          const seconds = (performance.now() - startedAt) / 1_000;
          const outcome = isAsyncIterable(result) ? 'ok' : 'error';
          metrics.operation({ ...seenOf(args), outcome, seconds });
        },
      };
    },
  };
}

function seenOf({ document, operationName }: ExecutionArgs) {
  const operation = getOperationAST(document, operationName);
  return { name: operation?.name?.value ?? null, type: operation?.operation ?? ('query' as const) };
}

function spanOf({ contextValue }: ExecutionArgs) {
  const { request } = contextValue as { request?: Request };
  return { direction: 'IN' as const, behind: request?.headers.get('traceparent') };
}
