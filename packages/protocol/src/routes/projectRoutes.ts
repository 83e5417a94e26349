/** Routes of a project: tasks, people, sections, images and masks. */
import { z } from 'zod';
import { id, invitation, labelTable, person, policy, project, role, section, task } from '../model.ts';
import { route } from './route.ts';

export const projectRoutes = {
  listProjects: route({
    method: 'GET',
    path: '/api/projects',
    access: 'signedIn',
    summary: 'Projects that I belong to',
    response: z.array(project),
  }),

  createProject: route({
    method: 'POST',
    path: '/api/projects',
    access: 'signedIn',
    summary:
      'Start a project; I own it. `tasks` are names; Fixed, Membrane and Mitochondrion come with their label tables',
    body: z.object({
      name: z.string().min(1).max(120),
      tasks: z
        .array(z.object({ name: z.string().min(1).max(80), labels: labelTable.optional() }))
        .min(1)
        .max(20),
    }),
    response: project,
  }),

  getProject: route({
    method: 'GET',
    path: '/api/projects/:projectId',
    access: 'project.read',
    summary: 'One project',
    response: project,
  }),

  renameProject: route({
    method: 'PATCH',
    path: '/api/projects/:projectId',
    access: 'project.configure',
    summary: 'Rename a project',
    body: z.object({ name: z.string().min(1).max(120) }),
    response: project,
  }),

  deleteProject: route({
    method: 'DELETE',
    path: '/api/projects/:projectId',
    access: 'project.delete',
    summary: 'Delete a project with all it holds',
  }),

  createTask: route({
    method: 'POST',
    path: '/api/projects/:projectId/tasks',
    access: 'project.configure',
    summary: 'Add a task',
    body: z.object({ name: z.string().min(1).max(80), labels: labelTable.optional() }),
    response: task,
  }),

  updateTask: route({
    method: 'PATCH',
    path: '/api/tasks/:taskId',
    access: 'project.configure',
    summary: 'Change names, colours or the policy of a task; label values that are in use cannot be removed',
    body: z
      .object({ name: z.string().min(1).max(80), labels: labelTable, policy: policy.partial() })
      .partial(),
    response: task,
  }),

  listPeople: route({
    method: 'GET',
    path: '/api/projects/:projectId/people',
    access: 'people.read',
    summary: 'Members',
    response: z.array(person),
  }),

  changeRole: route({
    method: 'PATCH',
    path: '/api/projects/:projectId/people/:userId',
    access: 'people.manage',
    summary: 'Change the role of a member',
    body: z.object({ role }),
    response: person,
  }),

  removePerson: route({
    method: 'DELETE',
    path: '/api/projects/:projectId/people/:userId',
    access: 'people.manage',
    summary: 'Remove a member',
  }),

  listInvitations: route({
    method: 'GET',
    path: '/api/projects/:projectId/invitations',
    access: 'people.manage',
    summary: 'Invitations, open and used',
    response: z.array(invitation),
  }),

  createInvitation: route({
    method: 'POST',
    path: '/api/projects/:projectId/invitations',
    access: 'people.manage',
    summary: 'Make an invitation link for one person',
    body: z.object({
      role,
      expiresInHours: z
        .number()
        .min(0)
        .max(24 * 90)
        .default(24 * 7),
    }),
    response: invitation,
  }),

  deleteInvitation: route({
    method: 'DELETE',
    path: '/api/projects/:projectId/invitations/:invitationId',
    access: 'people.manage',
    summary: 'Withdraw an invitation',
  }),

  listSections: route({
    method: 'GET',
    path: '/api/projects/:projectId/sections',
    access: 'project.read',
    summary: 'Sections in stack order, with their masks',
    response: z.array(section),
  }),

  updateSection: route({
    method: 'PATCH',
    path: '/api/sections/:sectionId',
    access: 'project.configure',
    summary: 'Hold a section out, or let it train',
    body: z.object({ heldOut: z.boolean() }),
    response: section,
  }),

  importSections: route({
    method: 'POST',
    path: '/api/projects/:projectId/imports',
    access: 'section.import',
    summary:
      'Import images and labels, all or nothing: files named `image/<n>.png` and `label/<n>.png`, or images alone. Labels go to the task of the query',
    query: z.object({ taskId: id.optional() }),
    body: 'multipart/form-data',
    response: z.object({ sections: z.array(section), labelled: z.number().int() }),
  }),

  sectionImage: route({
    method: 'GET',
    path: '/api/sections/:sectionId/image.png',
    access: 'project.read',
    summary: '8-bit image for display',
    query: z.object({ v: z.string().optional() }),
    response: 'image/png',
  }),

  sectionOriginal: route({
    method: 'GET',
    path: '/api/sections/:sectionId/original.png',
    access: 'project.read',
    summary: 'Image in its original depth',
    query: z.object({ v: z.string().optional() }),
    response: 'image/png',
  }),

  sectionThumbnail: route({
    method: 'GET',
    path: '/api/sections/:sectionId/thumbnail.png',
    access: 'project.read',
    summary: 'Image, 256 pixels at most',
    query: z.object({ v: z.string().optional() }),
    response: 'image/png',
  }),

  sectionTile: route({
    method: 'GET',
    path: '/api/sections/:sectionId/tiles/:z/:x/:y',
    access: 'project.read',
    summary: '256² tile; z = 0 is full size',
    query: z.object({ v: z.string().optional() }),
    response: 'image/png',
  }),
} as const;
