/** Pure: the signed end of the audit log's chain. The key lies outside the database, so that rewriting it all shows. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalJson } from '../pipeline/canonical-json.ts';

export type Checkpoint = {
  /** Of the last row that it vouches for, and that row's hash. */
  position: number;
  hash: string;
  /** RFC 3339. */
  at: string;
  /** Which key signed: the first 16 digits of the public key's SHA-256. */
  keyId: string;
  /** Ed25519, base64. */
  signature: string;
};

export type CheckpointSigner = {
  /** SPKI, DER, base64: what `npm run audit:verify` is given. */
  publicKey: string;
  sign: (end: { position: number; hash: string; at: Date }) => Checkpoint;
};

/** The key as PKCS #8, DER, base64. Throws when it is no Ed25519 key. */
export function createCheckpointSigner(encodedKey: string): CheckpointSigner {
  const key = createPrivateKey({ key: Buffer.from(encodedKey, 'base64'), format: 'der', type: 'pkcs8' });
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('The key for checkpoints is no Ed25519 key.');
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const keyId = createHash('sha256').update(spki).digest('hex').slice(0, 16);
  return {
    publicKey: spki.toString('base64'),
    sign: ({ position, hash, at }) => {
      const end = { position, hash, at: at.toISOString(), keyId };
      return { ...end, signature: sign(null, signedText(end), key).toString('base64') };
    },
  };
}

export function readPublicKey(encoded: string): KeyObject {
  return createPublicKey({ key: Buffer.from(encoded, 'base64'), format: 'der', type: 'spki' });
}

export function isSignedBy(publicKey: KeyObject, { signature, ...end }: Checkpoint): boolean {
  return verify(null, signedText(end), publicKey, Buffer.from(signature, 'base64'));
}

/** The prefix keeps a signature from being taken for one of anything else. */
const signedText = ({ position, hash, at, keyId }: Omit<Checkpoint, 'signature'>) =>
  Buffer.from(`tenant-sync audit checkpoint ${canonicalJson({ position, hash, at, keyId })}`);
