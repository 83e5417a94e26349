/** Who may do what in a project. The one table that REST, socket.io and the mask rooms ask. Knows nothing of sessions. */

export const ROLES = ['owner', 'lead', 'reviewer', 'annotator', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

export const ACTIONS = [
  'project.read',
  'project.configure',
  'project.delete',
  'people.read',
  'people.manage',
  'section.import',
  'section.review',
  'mask.read',
  'mask.paint',
  'model.read',
  'model.train',
  'model.promote',
  'export.create',
] as const;
export type Action = (typeof ACTIONS)[number];

const READ: readonly Action[] = ['project.read', 'people.read', 'mask.read', 'model.read'];
const PAINT: readonly Action[] = [...READ, 'mask.paint'];
const REVIEW: readonly Action[] = [...PAINT, 'section.review', 'export.create'];
const LEAD: readonly Action[] = [
  ...REVIEW,
  'project.configure',
  'people.manage',
  'section.import',
  'model.train',
  'model.promote',
];

const TABLE: Readonly<Record<Role, readonly Action[]>> = {
  viewer: READ,
  annotator: PAINT,
  reviewer: REVIEW,
  lead: LEAD,
  owner: ACTIONS,
};

/** May somebody with `role` (undefined: not a member) do `action`? */
export function may(role: Role | undefined, action: Action): boolean {
  return role !== undefined && TABLE[role].includes(action);
}

/** Roles that somebody with `role` may hand out: never above one's own, and only one who manages people. */
export function grantableRoles(role: Role | undefined): readonly Role[] {
  if (!role || !may(role, 'people.manage')) return [];
  return ROLES.slice(ROLES.indexOf(role));
}
