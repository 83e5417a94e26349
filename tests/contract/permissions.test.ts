/** Every route of the table, asked by everybody: the table says who is refused, and how. */
import { type Action, may, ROLES, type Route, type RouteName, routes } from '@cotrace/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../apps/server/src/testing/testServer.ts';
import { ask, formOf, makeWorld, png, type World } from './world.ts';

let server: TestServer;
let world: World;
beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
});
afterAll(() => server[Symbol.asyncDispose]());

const all = Object.entries(routes) as [RouteName, Route][];
const ofProject = all.filter(([, { access }]) => access.includes('.'));

/** Without a body to refuse them for, these would be done. */
const DONE_AT_ONCE: RouteName[] = [
  'deleteProject',
  'removePerson',
  'deleteInvitation',
  'deleteToken',
  'deleteRestorePoint',
  'requestJob',
  'cancelJob',
  'promoteModel',
  'acceptInvitation',
];

describe.each(ofProject)('%s', (name, route) => {
  const action = route.access as Action;
  it('refuses those who are not signed in', async () => {
    const { nobody } = world.people;
    expect(await ask(server, nobody, name, world.ids)).toMatchObject({ status: 401, code: 'NOT_SIGNED_IN' });
    const forged = { ...nobody, headers: { authorization: 'Bearer wrong' } };
    expect(await ask(server, forged, name, world.ids)).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
  });
  it('does not tell strangers that there is anything', async () => {
    expect(await ask(server, world.people.stranger, name, world.ids)).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
  });
  it.each(ROLES.filter((role) => !may(role, action)))('refuses a %s', async (role) => {
    expect(await ask(server, world.people[role], name, world.ids, route.body ? {} : undefined)).toMatchObject(
      {
        status: 403,
        code: 'FORBIDDEN',
      },
    );
  });
  it.runIf(!DONE_AT_ONCE.includes(name)).each(ROLES.filter((role) => may(role, action)))(
    'lets a %s in',
    async (role) => {
      const body = route.body && typeof route.body !== 'string' ? { nothing: 'of the kind' } : undefined;
      const { code } = await ask(server, world.people[role], name, world.ids, body);
      expect(['NOT_SIGNED_IN', 'TOKEN_INVALID', 'FORBIDDEN', 'INTERNAL']).not.toContain(code);
    },
  );
  it('knows nothing of ids that do not exist', async () => {
    const ids = Object.fromEntries(Object.keys(world.ids).map((key) => [key, 'none']));
    expect(await ask(server, world.people.owner, name, ids)).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
  });
});

describe.each(all.filter(([, { access }]) => access === 'signedIn'))('%s', (name) => {
  it('refuses those who are not signed in', async () => {
    expect(await ask(server, world.people.nobody, name, world.ids)).toMatchObject({ code: 'NOT_SIGNED_IN' });
  });
});

describe.each(all.filter(([, { access }]) => access === 'trainer'))('%s', (name) => {
  it('is for trainers only, the owner included', async () => {
    expect(await ask(server, world.people.nobody, name, world.ids)).toMatchObject({ code: 'NOT_SIGNED_IN' });
    expect(await ask(server, world.people.owner, name, world.ids)).toMatchObject({ code: 'NOT_SIGNED_IN' });
    const { token } = await world.people.owner.call('createToken', { body: { name: 'shell' } });
    const withToken = { ...world.people.owner, headers: { authorization: `Bearer ${token}` } };
    expect(await ask(server, withToken, name, world.ids)).toMatchObject({ code: 'TOKEN_INVALID' });
  });
});

describe('a trainer', () => {
  it('reads images and masks, and no more', async () => {
    const { trainer } = world.people;
    expect(await ask(server, trainer, 'sectionOriginal', world.ids)).toMatchObject({ status: 200 });
    expect(await ask(server, trainer, 'maskLabels', world.ids)).toMatchObject({ status: 200 });
    expect(await ask(server, trainer, 'listPeople', world.ids)).toMatchObject({ code: 'TOKEN_INVALID' });
    expect(await ask(server, trainer, 'deleteProject', world.ids)).toMatchObject({ code: 'TOKEN_INVALID' });
  });
});

describe('two ids in one path', () => {
  it('must belong to one project', async () => {
    const { owner } = world.people;
    const other = await owner.call('createProject', {
      body: { name: 'Other', tasks: [{ name: 'Membrane' }] },
    });
    const ids = { ...world.ids, projectId: other.id };
    expect(await ask(server, owner, 'deleteInvitation', ids)).toMatchObject({ code: 'NOT_FOUND' });
    const { sections } = await owner.call('importSections', {
      params: { projectId: other.id },
      body: formOf({ 'a.png': png(8, 8) }),
    });
    expect(
      await ask(server, owner, 'mapProbability', { ...world.ids, sectionId: sections[0]!.id }),
    ).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the whole', () => {
  it('made no mistake of its own', () => {
    expect(server.logged.filter((line) => line.includes(' error '))).toEqual([]);
  });
});
