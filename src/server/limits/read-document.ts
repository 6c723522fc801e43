import { type DocumentNode, GraphQLError, parse, type Source, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { checkShape } from './document-shape.ts';
import { refused } from './refused.ts';

/** What this API's own operations and the introspection of GraphiQL and codegen take is below a fifth of these. */
const MOST_CHARACTERS = 64 * 1024;
const MOST_TOKENS = 2_000;

/** Each comes with a suggestion, which is dear to find. */
const MOST_MISTAKES = 20;

const SEND_LESS = 'Ask for less, in several requests, and send long texts and lists as variables.';

/** Reads and validates every document within the limits. */
export const limitDocuments: Plugin = {
  onParse: ({ setParseFn }) => setParseFn(readDocument),
  onValidate: ({ setValidationFn }) => setValidationFn(validateSome),
};

const validateSome: typeof validate = (schema, document, rules) =>
  validate(schema, document, rules, { maxErrors: MOST_MISTAKES });

/** GraphQL's `parse` for documents of strangers: what would be slow to validate or to execute is not let through. */
export function readDocument(source: string | Source): DocumentNode {
  const text = typeof source === 'string' ? source : source.body;
  if (text.length > MOST_CHARACTERS) {
    throw refused(
      'DOCUMENT_TOO_LARGE',
      `The document is ${text.length} characters long; at most ${MOST_CHARACTERS} are read. ${SEND_LESS}`,
    );
  }
  const document = parseSome(source);
  checkShape(document);
  return document;
}

function parseSome(source: string | Source): DocumentNode {
  try {
    return parse(source, { maxTokens: MOST_TOKENS });
  } catch (error) {
    if (!(error instanceof GraphQLError) || !error.message.includes(`more that ${MOST_TOKENS} tokens`)) {
      throw error;
    }
    throw refused(
      'DOCUMENT_TOO_LARGE',
      `The document has more than ${MOST_TOKENS} words and signs (tokens). ${SEND_LESS}`,
    );
  }
}
