import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** Keys by id; the first one seals, all of them open. Each is 32 bytes. */
export type KeyRing = readonly { id: string; key: Buffer }[];

/** Seals secrets for the database: AES-256-GCM, bound to a context so that no sealed value works in another row. */
export type Seal = {
  close(plain: string, context: string): string;
  open(sealed: string, context: string): string;
  /** A stable key for that purpose and subject, derived from the newest key. */
  derive(purpose: string, subject: string): Buffer;
};

export function createSeal(ring: KeyRing): Seal {
  const newest = ring[0];
  if (!newest) throw new Error('There is no encryption key: give at least one.');
  return {
    close(plain, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', newest.key, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [
        'v1',
        newest.id,
        nonce.toString('base64url'),
        cipher.getAuthTag().toString('base64url'),
        body.toString('base64url'),
      ].join('.');
    },
    open(sealed, context) {
      const [version, id, nonce, tag, body] = sealed.split('.');
      const entry = ring.find((candidate) => candidate.id === id);
      if (version !== 'v1' || !entry || !nonce || !tag || body === undefined) {
        throw new Error(
          `A sealed value cannot be opened: key "${id ?? '?'}" is not among the configured keys.`,
        );
      }
      const decipher = createDecipheriv('aes-256-gcm', entry.key, Buffer.from(nonce, 'base64url'));
      decipher.setAAD(Buffer.from(context)).setAuthTag(Buffer.from(tag, 'base64url'));
      return Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]).toString(
        'utf8',
      );
    },
    derive: (purpose, subject) => createHmac('sha256', newest.key).update(`${purpose}\0${subject}`).digest(),
  };
}
