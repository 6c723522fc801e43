import { randomUUID } from 'node:crypto';

/** A part of an answer that is JSON text already. Whoever does not know of it finds in it what the text says. */
export class JsonText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toJSON(): unknown {
    if (!splicing) return JSON.parse(this.#text);
    splicing.push(this.#text);
    return MARK;
  }
}

/** Nobody outside of this process can know it, so no answer has it anywhere else. */
const MARK = randomUUID();
/** The texts of the answer that is being written; null: none is. */
let splicing: string[] | null = null;

/** `JSON.stringify`, with the ready parts as they are. */
export function stringify(value: unknown): string {
  const texts: string[] = [];
  splicing = texts;
  try {
    const parts = JSON.stringify(value).split(`"${MARK}"`);
    return parts.reduce((all, part, index) => `${all}${texts[index - 1] ?? ''}${part}`);
  } finally {
    splicing = null;
  }
}
