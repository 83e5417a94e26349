import type { Role } from '@cotrace/protocol';
import { describe, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { openStore } from '../store/openStore.ts';
import { startTestDatabase } from '../testing/testDatabase.ts';
import { createAccounts } from './accounts.ts';
import { createAccess } from './createAccess.ts';

async function open() {
  const db = await startTestDatabase();
  const store = openStore(db.url);
  const accounts = createAccounts({
    onSessionEnded: () => {},
    database: store.auth,
    secret: 'a secret of thirty-two characters',
    publicUrl: 'http://localhost',
    log: createLog(() => {}),
  });
  const access = createAccess({ store: store.accounts, accounts, trainerToken: 'the-trainers-token' });
  const user = { id: 'ada', name: 'Ada', email: 'ada@example.org', color: '#000000' };
  await store.accounts.ensureUser(user);
  const { id: projectId } = await store.projects.create('ada', 'P', []);
  const setRole = (role: Role) => db.prisma.membership.updateMany({ data: { role } });
  const actor = { userId: 'ada', name: 'Ada', email: user.email, color: user.color };
  return {
    ...{ access, projectId, setRole, actor },
    async [Symbol.asyncDispose]() {
      await store.close();
      await db[Symbol.asyncDispose]();
    },
  };
}

describe('access', () => {
  it('asks the database for a role once, and again when it is told of a change', async () => {
    await using world = await open();
    const { access, projectId, setRole } = world;
    expect(await access.roleOf('ada', projectId)).toBe('owner');
    await setRole('viewer');
    expect(await access.roleOf('ada', projectId)).toBe('owner');
    const told: unknown[] = [];
    const end = access.onRoleChange((change) => told.push(change));
    access.roleChanged({ userId: 'ada', projectId, role: 'viewer' });
    expect(await access.roleOf('ada', projectId)).toBe('viewer');
    end();
    access.roleChanged({ userId: 'ada', projectId, role: 'lead' });
    expect(told).toEqual([{ userId: 'ada', projectId, role: 'viewer' }]);
  });

  it('keeps no answer that was on its way while the role changed', async () => {
    await using world = await open();
    const { access, projectId, setRole } = world;
    const asked = access.roleOf('ada', projectId);
    access.roleChanged({ userId: 'ada', projectId, role: 'viewer' });
    await asked;
    await setRole('viewer');
    expect(await access.roleOf('ada', projectId)).toBe('viewer');
  });

  it('tells members what their role lacks, and others nothing', async () => {
    await using world = await open();
    const { access, projectId, setRole, actor } = world;
    await setRole('annotator');
    expect(await access.require(actor, projectId, 'mask.paint')).toBe('annotator');
    await expect(access.require(actor, projectId, 'project.delete')).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    await expect(access.require(actor, 'none', 'project.read')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(access.require(actor, undefined, 'project.read')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(
      access.require({ ...actor, userId: 'eve' }, projectId, 'project.read'),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('knows trainers by their token only', async () => {
    await using world = await open();
    const trainer = (authorization: string) => world.access.isTrainer({ headers: { authorization } });
    expect(trainer('Bearer the-trainers-token')).toBe(true);
    expect(['Bearer the-trainers-toke', 'Bearer', 'Basic the-trainers-token'].map(trainer)).toEqual([
      false,
      false,
      false,
    ]);
    expect(world.access.isTrainer({ headers: {} })).toBe(false);
  });
});
