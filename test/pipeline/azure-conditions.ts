/** Azure's condition language, as much of it as the reference pipeline speaks. */
export type StageResult = 'Succeeded' | 'SucceededWithIssues' | 'Skipped' | 'Failed' | 'Canceled';
export type StageBefore = { before: StageResult; outputs: Record<string, string> };

type Value = string | boolean;

const TOKEN = /\s*('(?:[^']|'')*'|[\w.]+(?:\['[^']*'\])?|[(),])/y;

/** Whether a stage with this condition runs. Throws for what is not understood. */
export function conditionHolds(condition: string, before: StageBefore): boolean {
  const tokens = tokensOf(condition);
  const value = evaluate(tokens, before);
  if (tokens.length > 0)
    throw new Error(`${condition}: there is something behind its end: ${tokens.join(' ')}`);
  return value === true;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new Error(`${text}: not understood from ${at} on.`);
    tokens.push(token);
  }
  return tokens;
}

function evaluate(tokens: string[], before: StageBefore): Value {
  const token = tokens.shift() ?? '';
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
  if (!isNext(tokens, '(')) return valueOf(token, before);
  const values: Value[] = [];
  while (!isNext(tokens, ')')) {
    values.push(evaluate(tokens, before));
    isNext(tokens, ',');
    if (tokens.length === 0) throw new Error(`${token}( is never closed.`);
  }
  return call(token, values, before);
}

/** Takes the token, where it is the next one. */
function isNext(tokens: string[], token: string): boolean {
  if (tokens[0] !== token) return false;
  tokens.shift();
  return true;
}

function valueOf(name: string, { before, outputs }: StageBefore): Value {
  if (/^dependencies\.\w+\.result$/.test(name)) return before;
  const output = /^dependencies\.\w+\.outputs\['(.*)'\]$/.exec(name)?.[1];
  const value = output === undefined ? undefined : outputs[output];
  if (value === undefined) throw new Error(`${name} is nothing that a condition knows.`);
  return value;
}

/** Texts are compared without regard to case. */
const same = (a: Value | undefined, b: Value) => String(a).toLowerCase() === String(b).toLowerCase();

function call(name: string, values: Value[], { before }: StageBefore): Value {
  const [first, ...rest] = values;
  switch (name) {
    case 'and':
      return values.every((value) => value === true);
    case 'not':
      return first !== true;
    case 'in':
      return rest.some((value) => same(first, value));
    case 'eq':
      return rest.every((value) => same(first, value));
    case 'ne':
      return !rest.some((value) => same(first, value));
    case 'failed':
      return before === 'Failed';
    case 'canceled':
      return before === 'Canceled';
    default:
      throw new Error(`${name}() is not understood.`);
  }
}
