/** Routes of a person: who I am, my tokens, invitations that I was sent; and whether the server serves. */
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
