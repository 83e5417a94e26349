/** Which project a route's path belongs to, and whether whoever asks may call it. */
import { ProtocolError, type Role, type Route, type Access as RouteAccess } from '@cotrace/protocol';
import type { Request } from 'express';
import type { Access, Actor, OwnedKind } from '../access/access.ts';

const OWNED: Readonly<Record<string, OwnedKind>> = {
  taskId: 'task',
  sectionId: 'section',
  maskId: 'mask',
  jobId: 'job',
  modelId: 'model',
  exportId: 'export',
};

export interface Caller {
  actor: Actor | undefined;
  projectId: string;
  role: Role | undefined;
}

/** @throws ProtocolError NOT_SIGNED_IN, TOKEN_INVALID, NOT_FOUND, FORBIDDEN */
export async function authorise(
  access: Access,
  route: Route,
  request: Request,
  params: Record<string, string>,
): Promise<Caller> {
  const nobody = { actor: undefined, projectId: '', role: undefined };
  if (route.access === 'public') return nobody;
  const trainer = access.isTrainer(request);
  if (route.access === 'trainer') {
    if (trainer) return nobody;
    throw new ProtocolError(request.headers.authorization ? 'TOKEN_INVALID' : 'NOT_SIGNED_IN');
  }
  if (trainer && readableByTrainers(route))
    return { ...nobody, projectId: (await projectOf(access, params)) ?? '' };
  const actor = await access.signIn({ headers: request.headers, url: new URL(request.url, 'http://server') });
  if (!actor) throw new ProtocolError(request.headers.authorization ? 'TOKEN_INVALID' : 'NOT_SIGNED_IN');
  if (route.access === 'signedIn') return { actor, projectId: '', role: undefined };
  const projectId = await projectOf(access, params);
  const role = await access.require(actor, projectId, route.access);
  return { actor, projectId: projectId!, role };
}

/** Trainers fetch images and masks from the same addresses as people. */
const READ: readonly RouteAccess[] = ['project.read', 'mask.read', 'model.read'];
function readableByTrainers(route: Route): boolean {
  return route.method === 'GET' && typeof route.response === 'string' && READ.includes(route.access);
}

/** Undefined when one id is unknown, or two ids belong to different projects. */
async function projectOf(access: Access, params: Record<string, string>): Promise<string | undefined> {
  const found = new Set<string | undefined>();
  for (const [name, id] of Object.entries(params)) {
    const kind = OWNED[name];
    if (name === 'projectId') found.add(id);
    else if (kind) found.add(await access.projectOf(kind, id));
  }
  return found.size === 1 ? [...found][0] : undefined;
}
