/**
 * Routes of a person: who I am, my tokens, invitations that I was sent; and whether the server serves.
 * Signing in and out with e-mail and password is better-auth's own: POST /api/auth/sign-in/email, /api/auth/sign-out.
 */
import { z } from 'zod';
import { color, health, id, role, time } from '../model.ts';
import { route } from './route.ts';

export const apiToken = z.object({ id, name: z.string(), createdAt: time, lastUsedAt: time.nullable() });

export const accountRoutes = {
  health: route({
    method: 'GET',
    path: '/healthz',
    access: 'public',
    summary: 'Is the server able to serve?',
    response: health,
  }),

  signInWithToken: route({
    method: 'POST',
    path: '/api/sign-in/token',
    access: 'public',
    summary:
      'Sign in with the one-time token that the server prints at its start; answers with the session cookie',
    body: z.object({ token: z.string().min(1).max(200) }),
    response: z.object({ userId: id }),
  }),

  signUpWithInvitation: route({
    method: 'POST',
    path: '/api/invitations/:invitationToken/sign-up',
    access: 'public',
    summary: 'Make an account and join the project of an invitation; answers with the session cookie',
    body: z.object({
      name: z.string().trim().min(1).max(80),
      email: z.email().max(200),
      password: z.string().min(10).max(128),
    }),
    response: z.object({ userId: id, projectId: id }),
  }),

  me: route({
    method: 'GET',
    path: '/api/me',
    access: 'signedIn',
    summary: 'Who is signed in',
    response: z.object({ userId: id, name: z.string(), email: z.string(), color }),
  }),

  listTokens: route({
    method: 'GET',
    path: '/api/tokens',
    access: 'signedIn',
    summary: 'My access tokens',
    response: z.array(apiToken),
  }),

  createToken: route({
    method: 'POST',
    path: '/api/tokens',
    access: 'signedIn',
    summary: 'Make an access token for the command line; shown once',
    body: z.object({ name: z.string().min(1).max(80) }),
    response: apiToken.extend({ token: z.string() }),
  }),

  deleteToken: route({
    method: 'DELETE',
    path: '/api/tokens/:tokenId',
    access: 'signedIn',
    summary: 'Withdraw a token of mine',
  }),

  readInvitation: route({
    method: 'GET',
    path: '/api/invitations/:invitationToken',
    access: 'public',
    summary: 'What an invitation link is for',
    response: z.object({ projectName: z.string(), role, invitedBy: z.string(), expiresAt: time }),
  }),

  acceptInvitation: route({
    method: 'POST',
    path: '/api/invitations/:invitationToken/accept',
    access: 'signedIn',
    summary: 'Join the project of an invitation',
    response: z.object({ projectId: id }),
  }),
} as const;
