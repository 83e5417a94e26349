/** Tokens: made, hashed, compared. Only a hash is ever kept. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits, safe in an address. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** SHA-256, hexadecimal. Enough for random tokens; passwords take better-auth's slow hash. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** In a time that does not tell where they differ, nor how long the secret is. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** The token of an `authorization: Bearer …` header. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(header ?? '')?.[1];
}
