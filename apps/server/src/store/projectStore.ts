/** Projects, tasks and members in the database, in the shapes of the protocol. Decides nothing. */
import type { LabelClass, Person, Policy, Project, Role, Task } from '@cotrace/protocol';
import type { PrismaClient } from './database.ts';

export interface NewTask {
  name: string;
  labels: LabelClass[];
  policy: Policy;
}

type TaskRow = {
  id: string;
  name: string;
  labels: unknown;
  policy: unknown;
  liveModelId: string | null;
  newPixels: number;
};

const taskOf = (row: TaskRow): Task => ({
  id: row.id,
  name: row.name,
  labels: row.labels as LabelClass[],
  policy: row.policy as Policy,
  liveModelId: row.liveModelId,
  newPixels: row.newPixels,
});

export type ProjectStore = ReturnType<typeof createProjectStore>;

export function createProjectStore(prisma: PrismaClient) {
  const include = (userId: string) =>
    ({
      tasks: { orderBy: { position: 'asc' } },
      memberships: { where: { userId } },
      _count: { select: { sections: true } },
    }) as const;
  type Row = {
    id: string;
    name: string;
    createdAt: Date;
    tasks: TaskRow[];
    memberships: { role: string }[];
  } & {
    _count: { sections: number };
  };
  const projectOf = (row: Row): Project => ({
    id: row.id,
    name: row.name,
    createdAt: row.createdAt.toISOString(),
    myRole: row.memberships[0]!.role as Role,
    sectionCount: row._count.sections,
    tasks: row.tasks.map(taskOf),
  });
  const personOf = (row: {
    userId: string;
    role: string;
    joinedAt: Date;
    user: { name: string; email: string; color: string };
  }): Person => ({
    userId: row.userId,
    name: row.user.name,
    email: row.user.email,
    color: row.user.color,
    role: row.role as Role,
    joinedAt: row.joinedAt.toISOString(),
  });

  return {
    count: () => prisma.project.count(),

    async list(userId: string): Promise<Project[]> {
      const rows = await prisma.project.findMany({
        where: { memberships: { some: { userId } } },
        include: include(userId),
        orderBy: { createdAt: 'asc' },
      });
      return rows.map(projectOf);
    },

    async get(projectId: string, userId: string): Promise<Project | undefined> {
      const row = await prisma.project.findUnique({ where: { id: projectId }, include: include(userId) });
      return row && row.memberships.length > 0 ? projectOf(row) : undefined;
    },

    async create(ownerId: string, name: string, tasks: NewTask[]): Promise<Project> {
      const row = await prisma.project.create({
        data: {
          name,
          memberships: { create: { userId: ownerId, role: 'owner' } },
          tasks: { create: tasks.map((task, position) => ({ ...task, position })) },
        },
        include: include(ownerId),
      });
      return projectOf(row);
    },

    async rename(projectId: string, name: string): Promise<void> {
      await prisma.project.update({ where: { id: projectId }, data: { name } });
    },

    /** Deletes it with all it holds; answers the keys of the blobs that nothing names any more, and who was a member. */
    async delete(projectId: string): Promise<{ blobs: string[]; members: string[] }> {
      const ofProject = { task: { projectId } };
      return prisma.$transaction(async (tx) => {
        const sections = await tx.section.findMany({ where: { projectId } });
        const models = await tx.trainedModel.findMany({ where: ofProject, include: { maps: true } });
        const jobs = await tx.job.findMany({ where: { ...ofProject, modelBlob: { not: null } } });
        const exports = await tx.export.findMany({ where: ofProject });
        const members = await tx.membership.findMany({ where: { projectId } });
        await tx.project.delete({ where: { id: projectId } });
        const blobs = [
          ...sections.flatMap(({ original, display, thumbnail }) => [original, display, thumbnail]),
          ...models.flatMap(({ blob, maps }) => [
            blob,
            ...maps.flatMap((map) => [map.probability, map.uncertainty]),
          ]),
          ...jobs.map(({ modelBlob }) => modelBlob!),
          ...exports.flatMap(({ blob }) => (blob ? [blob] : [])),
        ];
        return { blobs: [...new Set(blobs)], members: members.map(({ userId }) => userId) };
      });
    },

    async getTask(taskId: string): Promise<(Task & { projectId: string }) | undefined> {
      const row = await prisma.task.findUnique({ where: { id: taskId } });
      return row ? { ...taskOf(row), projectId: row.projectId } : undefined;
    },

    /** Adds a task, with a mask for every section that is there. */
    async createTask(projectId: string, task: NewTask): Promise<Task> {
      return prisma.$transaction(async (tx) => {
        const position = await tx.task.count({ where: { projectId } });
        const row = await tx.task.create({ data: { projectId, position, ...task } });
        const sections = await tx.section.findMany({ where: { projectId }, select: { id: true } });
        await tx.mask.createMany({ data: sections.map(({ id }) => ({ sectionId: id, taskId: row.id })) });
        return taskOf(row);
      });
    },

    async updateTask(taskId: string, change: Partial<NewTask>): Promise<Task> {
      return taskOf(await prisma.task.update({ where: { id: taskId }, data: change }));
    },

    /** Masks of a task with paint on them. */
    paintedMasks: (taskId: string) =>
      prisma.mask.findMany({ where: { taskId, labelledPixels: { gt: 0 } }, select: { id: true } }),

    async listPeople(projectId: string): Promise<Person[]> {
      const rows = await prisma.membership.findMany({
        where: { projectId },
        include: { user: true },
        orderBy: { joinedAt: 'asc' },
      });
      return rows.map(personOf);
    },

    /**
     * Give a member another role, or (undefined) take the membership away.
     * `lastOwner`: nobody would own the project any more; `notMember`: there is none to change.
     */
    async changeMember(
      projectId: string,
      userId: string,
      role: Role | undefined,
    ): Promise<'done' | 'lastOwner' | 'notMember'> {
      return prisma.$transaction(async (tx) => {
        // Two owners who leave at the same moment wait for one another here.
        await tx.$queryRaw`SELECT "id" FROM "Project" WHERE "id" = ${projectId} FOR UPDATE`;
        const where = { projectId_userId: { projectId, userId } };
        const member = await tx.membership.findUnique({ where });
        if (!member) return 'notMember';
        const owners = await tx.membership.count({ where: { projectId, role: 'owner' } });
        if (member.role === 'owner' && role !== 'owner' && owners === 1) return 'lastOwner';
        if (role) await tx.membership.update({ where, data: { role } });
        else await tx.membership.delete({ where });
        return 'done';
      });
    },
  };
}
