import type { DocumentNode } from 'graphql';
import { createLRUCache, type YogaServerOptions } from 'graphql-yoga';

/**
 * Parsed documents are some 100 times as large as their texts, and anybody can send new ones: few are kept, and only
 * small ones (worst case about 100 MB). What was wrong is not kept at all, for it is found cheaply.
 */
const MOST_DOCUMENTS = 200;
const LARGEST_KEPT_CHARACTERS = 8 * 1024;

type Options = YogaServerOptions<object, object>['parserAndValidationCache'];

export function boundedDocumentCache() {
  const kept = createLRUCache<DocumentNode>({ max: MOST_DOCUMENTS });
  return {
    documentCache: {
      get: (text: string) => kept.get(text),
      set: (text: string, document: DocumentNode) => {
        if (text.length <= LARGEST_KEPT_CHARACTERS) kept.set(text, document);
      },
    },
    errorCache: { get: () => undefined, set: () => undefined },
  } satisfies Options;
}
