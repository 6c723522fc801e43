/** The lines by which a step tells its agent something: `##vso[area.action name=value;]text`. */

export type LoggingCommand = { name: string; properties: Record<string, string>; text: string };

const MARK = '##vso[';

export function formatCommand({ name, properties, text }: LoggingCommand): string {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)};`);
  return `${MARK}${name}${pairs.length > 0 ? ` ${pairs.join('')}` : ''}]${escapeText(text)}`;
}

/** null when the line is plain output. */
export function parseCommand(line: string): LoggingCommand | null {
  const match = /^##vso\[([a-z.]+)(?: ([^\]]*))?\](.*)$/i.exec(line);
  if (!match) return null;
  const [, name = '', pairs = '', text = ''] = match;
  const properties = pairs
    .split(';')
    .map((pair) => pair.split('='))
    .flatMap(([key = '', ...value]) =>
      key === '' ? [] : [[key, unescapeProperty(value.join('='))] as const],
    );
  return { name, properties: Object.fromEntries(properties), text: unescapeText(text) };
}

/**
 * Plain output. An agent looks for its marks anywhere in a line, so a name in a tenant could otherwise give it
 * commands.
 */
export const plainLine = (line: string) => line.replaceAll('##', '# #');

const escapeText = (text: string) =>
  text.replaceAll('%', '%AZP25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string) => escapeText(text).replaceAll(']', '%5D').replaceAll(';', '%3B');

const unescapeText = (text: string) =>
  text.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%AZP25', '%');
const unescapeProperty = (text: string) => unescapeText(text.replaceAll('%3B', ';').replaceAll('%5D', ']'));
