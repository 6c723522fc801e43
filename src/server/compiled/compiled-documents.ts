import type { DocumentNode } from 'graphql';
import type { CompiledOperation } from './compile.ts';

/** Compiling takes as long as some ten executions: only what comes again and again is worth it. */
const COMPILE_AT = 10;

export type OperationName = string | null | undefined;

type Compile = (document: DocumentNode, operationName: OperationName) => CompiledOperation | null;
type Known = { times: number; compiled: CompiledOperation | null; isTried: boolean };
type Bounds = {
  /** Beyond so many, those that were not used for longest are forgotten. */
  most: number;
  /** Between compiling one and the next, which takes some milliseconds of everybody's time. */
  pauseMs: number;
};

/** The code of the documents that come again. Without bounds it is kept for as long as the documents themselves. */
export class CompiledDocuments {
  readonly #compile: Compile;
  readonly #bounds: Bounds;
  readonly #known = new WeakMap<DocumentNode, Map<OperationName, Known>>();
  /** Those with code; the last one was used last. */
  readonly #used = new Set<Known>();
  #compiledAt = -Infinity;

  constructor(compile: Compile, bounds: Bounds = { most: Infinity, pauseMs: 0 }) {
    this.#compile = compile;
    this.#bounds = bounds;
  }

  find(document: DocumentNode, operationName: OperationName): CompiledOperation | null {
    return this.#known.get(document)?.get(operationName)?.compiled ?? null;
  }

  /** The same, and counts. */
  use(document: DocumentNode, operationName: OperationName): CompiledOperation | null {
    const one = this.#of(document, operationName);
    one.times += 1;
    if (!one.isTried && one.times >= COMPILE_AT && this.#isTime()) {
      one.compiled = this.#compile(document, operationName);
      one.isTried = true;
      this.#compiledAt = performance.now();
    }
    if (one.compiled) this.#keep(one);
    return one.compiled;
  }

  #of(document: DocumentNode, operationName: OperationName): Known {
    const ofDocument = this.#known.get(document) ?? new Map<OperationName, Known>();
    this.#known.set(document, ofDocument);
    const one = ofDocument.get(operationName) ?? { times: 0, compiled: null, isTried: false };
    ofDocument.set(operationName, one);
    return one;
  }

  #isTime(): boolean {
    return performance.now() - this.#compiledAt >= this.#bounds.pauseMs;
  }

  #keep(one: Known): void {
    if (this.#bounds.most === Infinity) return;
    this.#used.delete(one);
    this.#used.add(one);
    const [oldest] = this.#used;
    if (!oldest || this.#used.size <= this.#bounds.most) return;
    this.#used.delete(oldest);
    Object.assign(oldest, { times: 0, compiled: null, isTried: false });
  }
}
