import { describe, expect, it } from 'vitest';
import {
  ACTIONS,
  createClient,
  ERRORS,
  type Fetch,
  grantableRoles,
  may,
  ProtocolError,
  parseRoomName,
  ROLES,
  roomName,
  routes,
  routeUrl,
} from './index.ts';

describe('permissions', () => {
  it('grow from viewer to owner', () => {
    const counts = [...ROLES].reverse().map((role) => ACTIONS.filter((action) => may(role, action)).length);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBe(ACTIONS.length);
  });
  it('let a viewer read and nothing else', () => {
    expect(ACTIONS.filter((action) => may('viewer', action))).toEqual([
      'project.read',
      'people.read',
      'mask.read',
      'model.read',
    ]);
  });
  it('give nothing to those who are no members', () => {
    expect(ACTIONS.some((action) => may(undefined, action))).toBe(false);
  });
  it('let a lead hand out any role but owner', () => {
    expect(grantableRoles('lead')).toEqual(['lead', 'reviewer', 'annotator', 'viewer']);
    expect(grantableRoles('annotator')).toEqual([]);
  });
});

describe('rooms', () => {
  it('are named by mask and epoch', () => {
    expect(parseRoomName(roomName('m1', 3))).toEqual({ maskId: 'm1', epoch: 3 });
  });
  it.each(['', 'm1', 'm1@', '@1', 'm1@-1', 'm1@1@2', '../m1@1', `${'m'.repeat(65)}@1`])(
    'are refused by the name %j',
    (name) => {
      expect(parseRoomName(name)).toBeUndefined();
    },
  );
});

describe('errors', () => {
  it('carry the status of their row and say what came', () => {
    const error = new ProtocolError('SECTION_TOO_LARGE', 'At most 12000 × 12000 pixels, got 13000 × 20.');
    expect([error.status, error.code]).toEqual([413, 'SECTION_TOO_LARGE']);
    expect(error.message).toContain('got 13000 × 20');
  });
  it('have sentences', () => {
    for (const [status, sentence] of Object.values(ERRORS)) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(sentence).toMatch(/^[A-Z].*[.?]$/);
    }
  });
});

describe('routes', () => {
  it('are distinct', () => {
    const all = Object.values(routes).map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ':')}`);
    expect(new Set(all).size).toBe(all.length);
  });
  it('fill their parameters', () => {
    expect(routeUrl('sectionTile', { sectionId: 'a/b', z: '0', x: '1', y: '2' })).toBe(
      '/api/sections/a%2Fb/tiles/0/1/2',
    );
    expect(routeUrl('sectionImage', { sectionId: 's' })).toBe('/api/sections/s/image.png');
  });
});

describe('client', () => {
  const answer = (status: number, body: unknown) => ({
    ok: status < 400,
    status,
    json: async () => body,
    arrayBuffer: async () => new ArrayBuffer(3),
  });
  const asking = (status: number, body: unknown) => {
    const asked: { url: string; method: string; body?: unknown }[] = [];
    const fetch: Fetch = async (url, init) => {
      asked.push({ url, method: init.method, body: init.body });
      return answer(status, body);
    };
    return { asked, client: createClient({ baseUrl: 'http://server', fetch }) };
  };

  it('sends what the route says and parses the answer', async () => {
    const { asked, client } = asking(200, { projectId: 'p' });
    const joined = await client.call('acceptInvitation', { params: { invitationToken: 'x y' } });
    expect(joined).toEqual({ projectId: 'p' });
    expect(asked[0]).toMatchObject({ url: 'http://server/api/invitations/x%20y/accept', method: 'POST' });
  });
  it("throws the server's own code and sentence", async () => {
    const { client } = asking(403, { code: 'FORBIDDEN', message: 'No.' });
    await expect(client.call('listProjects', {})).rejects.toMatchObject({
      code: 'FORBIDDEN',
      status: 403,
      message: 'No.',
    });
  });
  it('says when nobody answers', async () => {
    const client = createClient({
      baseUrl: 'http://server',
      fetch: () => Promise.reject(new Error('refused')),
    });
    await expect(client.call('listProjects', {})).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
  it('gives bytes as bytes', async () => {
    const { client } = asking(200, null);
    const bytes = await client.call('maskLabels', { params: { maskId: 'm' } });
    expect(bytes).toHaveLength(3);
  });
});
