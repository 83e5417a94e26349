/** Ways in: the start's token, invitations, passwords, tokens of the command line; and who is kept out. */
import { randomUUID } from 'node:crypto';
import { CLOSE } from '@cotrace/protocol';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { issueSignInToken } from '../../apps/server/src/access/accountHandlers.ts';
import { connectRaw } from '../../apps/server/src/rooms/testing/rawClient.ts';
import {
  startTestServer,
  type TestPerson,
  type TestServer,
} from '../../apps/server/src/testing/testServer.ts';
import { formOf, png } from './world.ts';

let server: TestServer;
let owner: TestPerson;
let projectId: string;
beforeAll(async () => {
  server = await startTestServer();
  owner = server.owner;
  const project = await owner.call('createProject', {
    body: { name: 'Doors', tasks: [{ name: 'Membrane' }] },
  });
  projectId = project.id;
});
afterAll(() => server[Symbol.asyncDispose]());

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(server.origin + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const wsServer = () => ({ origin: server.origin.replace('http', 'ws') });

/** The mask of a section that the project did not have before. */
async function aMask(): Promise<string> {
  const name = `${randomUUID()}.png`;
  const imported = await owner.call('importSections', {
    params: { projectId },
    body: formOf({ [name]: png(32, 32) }),
  });
  return imported.sections[0]!.masks[0]!.id;
}

async function invite(expiresInHours?: number): Promise<string> {
  const body = { role: 'annotator' as const, ...(expiresInHours === undefined ? {} : { expiresInHours }) };
  const { url } = await owner.call('createInvitation', { params: { projectId }, body });
  return url!.split('/').at(-1)!;
}
const account = (name: string) => ({
  name,
  email: `${name}@example.org`,
  password: 'a long password',
});

describe('the token of the start', () => {
  it('signs in once', async () => {
    const token = await issueSignInToken(server.store.accounts);
    const both = await Promise.all([
      post('/api/sign-in/token', { token }),
      post('/api/sign-in/token', { token }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect(await (await post('/api/sign-in/token', { token })).json()).toMatchObject({
      code: 'TOKEN_INVALID',
    });
  });
  it('is void once the next one is printed', async () => {
    const token = await issueSignInToken(server.store.accounts);
    await issueSignInToken(server.store.accounts);
    expect((await post('/api/sign-in/token', { token })).status).toBe(401);
  });
  it('is not kept: only its hash is', async () => {
    const token = await issueSignInToken(server.store.accounts);
    expect(JSON.stringify(await server.db.prisma.verification.findMany())).not.toContain(token);
  });
});

describe('an invitation', () => {
  it('says what it is for, makes an account, and is used up', async () => {
    const token = await invite();
    expect(await server.nobody.call('readInvitation', { params: { invitationToken: token } })).toMatchObject({
      projectName: 'Doors',
      role: 'annotator',
      invitedBy: 'You',
    });
    const answer = await post(`/api/invitations/${token}/sign-up`, account('ada'));
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie().join()).toMatch(/HttpOnly.*SameSite=Lax/);
    const people = await owner.call('listPeople', { params: { projectId } });
    expect(people.find(({ name }) => name === 'ada')).toMatchObject({ role: 'annotator' });
    for (const used of [
      await post(`/api/invitations/${token}/sign-up`, account('eve')),
      await fetch(`${server.origin}/api/invitations/${token}`),
    ])
      expect([used.status, await used.json()]).toMatchObject([410, { code: 'INVITATION_USED' }]);
  });
  it('makes one account when it is opened twice at once', async () => {
    const token = await invite();
    const both = await Promise.all(
      ['left', 'right'].map((name) => post(`/api/invitations/${token}/sign-up`, account(name))),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410]);
    const users = await server.db.prisma.user.count({ where: { name: { in: ['left', 'right'] } } });
    expect(users).toBe(1);
  });
  it('expires', async () => {
    const token = await invite(0);
    const answer = await post(`/api/invitations/${token}/sign-up`, account('late'));
    expect([answer.status, await answer.json()]).toMatchObject([410, { code: 'INVITATION_EXPIRED' }]);
    expect(await server.db.prisma.user.count({ where: { name: 'late' } })).toBe(0);
  });
  it('is wrong when cut short or withdrawn', async () => {
    const token = await invite();
    const [open] = await owner.call('listInvitations', { params: { projectId } });
    await owner.call('deleteInvitation', { params: { projectId, invitationId: open!.id } });
    for (const wrong of [token, token.slice(1)])
      expect(await (await post(`/api/invitations/${wrong}/sign-up`, account('cut'))).json()).toMatchObject({
        code: 'TOKEN_INVALID',
      });
  });
  it('stays open when the e-mail address has an account already', async () => {
    const token = await invite();
    const taken = await post(`/api/invitations/${token}/sign-up`, { ...account('ada'), name: 'Ada again' });
    expect([taken.status, await taken.json()]).toMatchObject([409, { code: 'CONFLICT' }]);
    expect((await post(`/api/invitations/${token}/sign-up`, account('bea'))).status).toBe(200);
  });
  it('cannot give more than its maker has', async () => {
    const lead = await server.join(projectId, 'lead', 'Lea');
    await expect(
      lead.call('createInvitation', { params: { projectId }, body: { role: 'owner' } }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(
      lead.call('changeRole', { params: { projectId, userId: owner.userId }, body: { role: 'viewer' } }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
  it('takes no rights away from somebody who is a member already', async () => {
    const token = await invite();
    await owner.call('acceptInvitation', { params: { invitationToken: token } });
    expect((await owner.call('getProject', { params: { projectId } })).myRole).toBe('owner');
  });
});

describe('a password', () => {
  it('signs in, and out', async () => {
    const answer = await post('/api/auth/sign-in/email', {
      email: 'ada@example.org',
      password: 'a long password',
    });
    expect(answer.status).toBe(200);
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const me = () => fetch(`${server.origin}/api/me`, { headers: { cookie } });
    expect(await (await me()).json()).toMatchObject({ name: 'ada' });
    await post('/api/auth/sign-out', {}, { cookie, origin: server.origin });
    expect((await me()).status).toBe(401);
  });
  it('that signs out ends the sockets of that session, and no other', async () => {
    const maskId = await aMask();
    const signIn = async () => {
      const answer = await post('/api/auth/sign-in/email', {
        email: 'ada@example.org',
        password: 'a long password',
      });
      return answer.headers.getSetCookie()[0]!.split(';')[0]!;
    };
    const [left, kept] = [await signIn(), await signIn()];
    const room = { room: `${maskId}@0`, name: 'ada', token: '' };
    await using ended = connectRaw(wsServer(), { ...room, cookie: left, clientId: 11 });
    await using open = connectRaw(wsServer(), { ...room, cookie: kept, clientId: 12 });
    await Promise.all([ended.next('ready'), open.next('ready')]);
    const page = io(server.origin, { transports: ['websocket'], extraHeaders: { cookie: left } });
    await new Promise<void>((resolve) => page.once('connect', resolve));
    const gone = new Promise((resolve) => page.once('disconnect', resolve));
    await post('/api/auth/sign-out', {}, { cookie: left, origin: server.origin });
    expect(await ended.closed).toEqual({ code: CLOSE.notSignedIn, reason: 'NOT_SIGNED_IN' });
    expect(await gone).toBe('io server disconnect');
    open.sendStep1(new Y.Doc());
    await open.next('step2');
  });
  it('cannot be set by signing up without an invitation', async () => {
    const answer = await post('/api/auth/sign-up/email', account('uninvited'));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await server.db.prisma.user.count({ where: { name: 'uninvited' } })).toBe(0);
  });
});

describe('a token of the command line', () => {
  it('signs in until it is withdrawn', async () => {
    const { token, id } = await owner.call('createToken', { body: { name: 'shell' } });
    const me = () => fetch(`${server.origin}/api/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(await (await me()).json()).toMatchObject({ userId: owner.userId });
    expect(JSON.stringify(await server.db.prisma.apiToken.findMany())).not.toContain(token);
    await owner.call('deleteToken', { params: { tokenId: id } });
    expect(await (await me()).json()).toMatchObject({ code: 'TOKEN_INVALID' });
  });
  it('ends its open sockets when it is withdrawn', async () => {
    const { token, id } = await owner.call('createToken', { body: { name: 'script' } });
    const room = `${await aMask()}@0`;
    await using script = connectRaw(wsServer(), { name: 'script', token, room, clientId: 21 });
    await script.next('ready');
    await owner.call('deleteToken', { params: { tokenId: id } });
    expect((await script.closed).code).toBe(CLOSE.notSignedIn);
  });
  it('of somebody else cannot be withdrawn', async () => {
    const { id } = await owner.call('createToken', { body: { name: 'shell' } });
    const other = await server.join(projectId, 'lead', 'Leo');
    await expect(other.call('deleteToken', { params: { tokenId: id } })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('a page of another site', () => {
  it("cannot act with somebody's cookie", async () => {
    const headers = { ...owner.headers, origin: 'https://elsewhere.example' };
    const answer = await post('/api/projects', { name: 'Theirs', tasks: [{ name: 'Membrane' }] }, headers);
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'FORBIDDEN' }]);
  });
});

describe('a role', () => {
  it('acts at once, and the last owner keeps it', async () => {
    const person = await server.join(projectId, 'viewer', 'Vic');
    const params = { projectId, userId: person.userId };
    const rename = () => person.call('renameProject', { params: { projectId }, body: { name: 'Renamed' } });
    await expect(rename()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await owner.call('changeRole', { params, body: { role: 'lead' } });
    expect((await rename()).name).toBe('Renamed');
    await owner.call('removePerson', { params });
    await expect(rename()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const own = { projectId, userId: owner.userId };
    await expect(owner.call('removePerson', { params: own })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(owner.call('changeRole', { params: own, body: { role: 'lead' } })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
  });
});

describe('guessing', () => {
  it('is slowed down', async () => {
    const codes: string[] = [];
    for (let round = 0; round < 25; round += 1) {
      const answer = await fetch(`${server.origin}/api/invitations/guess-${round}`);
      codes.push(((await answer.json()) as { code: string }).code);
    }
    expect(codes[0]).toBe('TOKEN_INVALID');
    expect(codes.at(-1)).toBe('TOO_MANY_REQUESTS');
    // Whoever is in goes on working.
    expect((await owner.call('me', {})).name).toBe('You');
  });
});
