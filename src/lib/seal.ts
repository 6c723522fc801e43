import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Keys by id; the first one seals, all of them open. Each is 32 bytes. */
export type KeyRing = readonly { id: string; key: Buffer }[];

/**
 * Seals secrets for the database: each under a data key of its own (AES-256-GCM), bound to a context so that no sealed
 * value works in another row. The data key is wrapped by a key of the ring, so another ring needs no secret to be read.
 */
export type Seal = {
  close(plain: string, context: string): string;
  open(sealed: string, context: string): string;
  /** The same value with its data key wrapped by the newest key; unchanged when it is already. */
  rewrap(sealed: string): string;
  /** What every value begins with that the newest key wraps. */
  newestPrefix: string;
};

const VERSION = 'v2';
/** Keeps a wrapped data key from being taken for a sealed text. */
const WRAPPING = 'data key';

export function createSeal(ring: KeyRing): Seal {
  const newest = ring[0];
  if (!newest) throw new Error('There is no encryption key: give at least one.');
  const newestPrefix = `${VERSION}.${newest.id}.`;
  const wrap = (dataKey: Buffer) => encrypt(newest.key, dataKey, WRAPPING);
  const read = (sealed: string) => {
    const [version, id, ...parts] = sealed.split('.');
    const entry = ring.find((candidate) => candidate.id === id);
    const [wrapped, body] = [parts.slice(0, 3), parts.slice(3)];
    if (version !== VERSION || !entry || body.length !== 3) {
      throw new Error(
        `A sealed value cannot be opened: key "${id ?? '?'}" is not among the configured keys.`,
      );
    }
    return { dataKey: decrypt(entry.key, wrapped, WRAPPING), body };
  };
  return {
    newestPrefix,
    close(plain, context) {
      const dataKey = randomBytes(32);
      const body = encrypt(dataKey, Buffer.from(plain, 'utf8'), context);
      return newestPrefix + [...wrap(dataKey), ...body].join('.');
    },
    open(sealed, context) {
      const { dataKey, body } = read(sealed);
      return decrypt(dataKey, body, context).toString('utf8');
    },
    rewrap(sealed) {
      if (sealed.startsWith(newestPrefix)) return sealed;
      const { dataKey, body } = read(sealed);
      return newestPrefix + [...wrap(dataKey), ...body].join('.');
    },
  };
}

/** Nonce, tag and text, each in base64url. */
function encrypt(key: Buffer, plain: Buffer, context: string): string[] {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return [nonce, cipher.getAuthTag(), body].map((part) => part.toString('base64url'));
}

function decrypt(key: Buffer, parts: readonly string[], context: string): Buffer {
  const [nonce, tag, body] = parts.map((part) => Buffer.from(part, 'base64url'));
  if (!nonce || !tag || !body) throw new Error('A sealed value cannot be opened: it is cut short.');
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
  return Buffer.concat([decipher.update(body), decipher.final()]);
}
