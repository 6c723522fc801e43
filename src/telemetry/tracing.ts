/** Spans of what is worth following: an operation, the jobs that it promised, their requests to Azure DevOps, the events. */
import {
  type Attributes,
  type Context,
  context,
  propagation,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { messageOf } from '../lib/errors.ts';

const tracer = () => trace.getTracer('tenant-sync');

/** Whether somebody has asked for spans. */
export function isTracing(): boolean {
  const provider = trace.getTracerProvider();
  return (
    !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('tenant-sync') !== undefined
  );
}

export type SpanOptions = {
  attributes?: Attributes;
  /** `OUT`: a request of ours to somebody else; `IN`: one of somebody else to us. */
  direction?: 'IN' | 'OUT';
  /** Continues what another process, or an earlier transaction, has begun. */
  behind?: string | null | undefined;
};

const KINDS = { IN: SpanKind.SERVER, OUT: SpanKind.CLIENT } as const;

/** Costs next to nothing while nobody traces. */
export async function inSpan<T>(
  name: string,
  { attributes = {}, direction, behind }: SpanOptions,
  work: (span: Span) => T | Promise<T>,
): Promise<T> {
  const kind = direction ? KINDS[direction] : SpanKind.INTERNAL;
  const parent = behind ? contextOf(behind) : context.active();
  return tracer().startActiveSpan(name, { kind, attributes }, parent, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A moment within the present span. */
export function noteInSpan(name: string, attributes: Attributes): void {
  trace.getActiveSpan()?.addEvent(name, attributes);
}

/** What carries on the present trace (W3C `traceparent`); null while nobody traces. */
export function traceParent(): string | null {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent ?? null;
}

export const traceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId;

const contextOf = (traceparent: string): Context => propagation.extract(ROOT_CONTEXT, { traceparent });
