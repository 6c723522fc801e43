import { Readable } from 'node:stream';
import yazl from 'yazl';

export type Answer = {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer | Readable | null;
};

export const JSON_TYPE = 'application/json; charset=utf-8; api-version=7.1';

export const json = (body: unknown, status = 200): Answer => ({
  status,
  headers: { 'Content-Type': JSON_TYPE },
  body: JSON.stringify(body),
});

/** Lists on the wire are wrapped. */
export const list = (value: readonly unknown[], headers: Record<string, string> = {}): Answer => ({
  status: 200,
  headers: { 'Content-Type': JSON_TYPE, ...headers },
  body: JSON.stringify({ count: value.length, value }),
});

export const noContent = (): Answer => ({ status: 204, headers: {}, body: null });

export const text = (body: string): Answer => ({
  status: 200,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  body,
});

export const bytes = (body: Buffer, type = 'application/octet-stream'): Answer => ({
  status: 200,
  headers: { 'Content-Type': type },
  body,
});

export function zip(name: string, files: Iterable<[path: string, content: string | Buffer]>): Answer {
  const archive = new yazl.ZipFile();
  for (const [path, content] of files)
    archive.addBuffer(Buffer.from(content), path, { compress: content.length > 1024 });
  archive.end();
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/zip',
      'Content-Disposition': `attachment; filename="${name}.zip"`,
    },
    body: Readable.from(archive.outputStream),
  };
}
