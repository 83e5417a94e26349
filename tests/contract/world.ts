/** A project with one of everything, to ask every route about, and one person of every role. */
import { encodePng } from '@cotrace/image-io';
import { type Project, ROLES, type Role, type RouteName, routes } from '@cotrace/protocol';
import type { TestPerson, TestServer } from '../../apps/server/src/testing/testServer.ts';

export interface World {
  project: Project;
  /** A value for every parameter of every path. */
  ids: Record<string, string>;
  people: Record<Role | 'stranger' | 'nobody' | 'trainer', TestPerson>;
}

export function png(width: number, height: number, gray = 128): Uint8Array {
  return encodePng({ width, height, bitDepth: 8, data: new Uint8Array(width * height).fill(gray) });
}

export function formOf(files: Record<string, Uint8Array>): FormData {
  const form = new FormData();
  for (const [name, bytes] of Object.entries(files))
    form.append('files', new Blob([bytes as BlobPart]), name);
  return form;
}

export async function makeWorld(server: TestServer): Promise<World> {
  const { owner, db } = server;
  const project = await owner.call('createProject', {
    body: { name: 'World', tasks: [{ name: 'Membrane' }] },
  });
  const task = project.tasks[0]!;
  const { sections } = await owner.call('importSections', {
    params: { projectId: project.id },
    body: formOf({ 'one.png': png(64, 48) }),
  });
  const section = sections[0]!;
  const job = await db.prisma.job.create({ data: { taskId: task.id, reason: 'requested', state: 'done' } });
  const report = { temperature: 1, score: null, liveScore: null, beatsLive: false, verdict: 'Kept.' };
  const blob = await server.blobs.put('models', '.model', new Uint8Array(4));
  const model = await db.prisma.trainedModel.create({
    data: {
      taskId: task.id,
      jobId: job.id,
      blob,
      report: { ...report, labelledPixels: 1, steps: 1, seconds: 1, engine: 'none', finalLoss: null },
    },
  });
  const exported = await db.prisma.export.create({ data: { taskId: task.id, kind: 'course-layout' } });
  const people = { owner, nobody: server.nobody, trainer: server.trainer } as World['people'];
  for (const role of ROLES.filter((one) => one !== 'owner'))
    people[role] = await server.join(project.id, role, `The-${role}`);
  const elsewhere = await owner.call('createProject', {
    body: { name: 'Elsewhere', tasks: [{ name: 'Membrane' }] },
  });
  people.stranger = await server.join(elsewhere.id, 'owner', 'Stranger');
  const { url, id: invitationId } = await owner.call('createInvitation', {
    params: { projectId: project.id },
    body: { role: 'viewer' },
  });
  const token = await owner.call('createToken', { body: { name: 'shell' } });
  const point = await owner.call('createRestorePoint', {
    params: { maskId: section.masks[0]!.id },
    body: { name: 'Begun' },
  });
  return {
    project,
    people,
    ids: {
      projectId: project.id,
      taskId: task.id,
      sectionId: section.id,
      maskId: section.masks[0]!.id,
      jobId: job.id,
      modelId: model.id,
      exportId: exported.id,
      userId: people.viewer.userId,
      invitationId,
      invitationToken: url!.split('/').at(-1)!,
      tokenId: token.id,
      pointId: point.id,
      z: '0',
      x: '0',
      y: '0',
    },
  };
}

/** What the server answers to a route, whatever it is. */
export async function ask(
  server: TestServer,
  person: TestPerson,
  name: RouteName,
  ids: Record<string, string>,
  body?: unknown,
): Promise<{ status: number; code: string | undefined; message: string | undefined }> {
  const { method, path } = routes[name];
  const url =
    server.origin + path.replace(/:([A-Za-z]+)/g, (_, key: string) => encodeURIComponent(ids[key]!));
  const answer = await fetch(url, {
    method,
    headers: { ...person.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = answer.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : {};
  return { status: answer.status, code: json.code, message: json.message };
}
