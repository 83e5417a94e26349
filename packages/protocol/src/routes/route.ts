/** What one REST route says of itself. */
import type { z } from 'zod';
import type { Action } from '../permissions.ts';

/** `public`: nobody need be signed in; `signedIn`: anybody; `trainer`: the trainers' token; else the role in the project. */
export type Access = 'public' | 'signedIn' | 'trainer' | Action;

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Express form: `/api/sections/:sectionId`. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly query?: z.ZodObject;
  /** A schema (JSON), or the content type of raw bytes. */
  readonly body?: z.ZodType | 'multipart/form-data' | 'application/octet-stream' | 'image/png';
  /** A schema (JSON), the content type of raw bytes, or nothing (204). */
  readonly response?: z.ZodType | 'image/png' | 'application/octet-stream';
}

export const route = <const R extends Route>(definition: R): R => definition;
