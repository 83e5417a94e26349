/** Sections and their masks in the database. Knows the keys of blobs, not the blobs. */
import type { PrismaClient } from './database.ts';

export interface SectionRow {
  id: string;
  projectId: string;
  index: number;
  name: string;
  width: number;
  height: number;
  bitDepth: 8 | 16;
  heldOut: boolean;
  /** Keys of the blob store. */
  original: string;
  display: string;
  thumbnail: string;
  masks: {
    id: string;
    taskId: string;
    epoch: number;
    labelledPixels: number;
    /** Of the task's live model. */
    meanUncertainty: number | null;
  }[];
}

export type NewSection = Pick<
  SectionRow,
  'name' | 'width' | 'height' | 'bitDepth' | 'original' | 'display' | 'thumbnail'
> & { heldOut?: boolean };

export type SectionStore = ReturnType<typeof createSectionStore>;

export function createSectionStore(prisma: PrismaClient) {
  const include = {
    masks: {
      orderBy: { task: { position: 'asc' } },
      include: { task: { select: { liveModelId: true } } },
    },
    maps: { select: { modelId: true, meanUncertainty: true } },
  } as const;

  const find = async (where: { projectId: string } | { id: string } | { id: { in: string[] } }) => {
    const rows = await prisma.section.findMany({ where, include, orderBy: { position: 'asc' } });
    return rows.map(
      ({ position, bitDepth, masks, maps, createdAt: _, ...row }): SectionRow => ({
        ...row,
        index: position,
        bitDepth: bitDepth as 8 | 16,
        masks: masks.map(({ id, taskId, epoch, labelledPixels, task }) => ({
          id,
          taskId,
          epoch,
          labelledPixels,
          meanUncertainty: maps.find(({ modelId }) => modelId === task.liveModelId)?.meanUncertainty ?? null,
        })),
      }),
    );
  };

  return {
    list: (projectId: string) => find({ projectId }),

    byIds: (ids: string[]) => find({ id: { in: ids } }),

    get: async (id: string): Promise<SectionRow | undefined> => (await find({ id }))[0],

    names: async (projectId: string): Promise<Set<string>> => {
      const rows = await prisma.section.findMany({ where: { projectId }, select: { name: true } });
      return new Set(rows.map(({ name }) => name));
    },

    /** Put them behind the stack in this order, with a mask for every task. All or nothing. */
    async append(projectId: string, sections: NewSection[]): Promise<SectionRow[]> {
      const ids = await prisma.$transaction(async (tx) => {
        // Two imports at once would give the same positions.
        await tx.$queryRaw`SELECT "id" FROM "Project" WHERE "id" = ${projectId} FOR UPDATE`;
        const last = await tx.section.aggregate({ where: { projectId }, _max: { position: true } });
        const first = (last._max.position ?? -1) + 1;
        const tasks = await tx.task.findMany({ where: { projectId }, select: { id: true } });
        const rows = await tx.section.createManyAndReturn({
          data: sections.map((section, index) => ({ ...section, projectId, position: first + index })),
          select: { id: true },
        });
        await tx.mask.createMany({
          data: rows.flatMap(({ id }) => tasks.map((task) => ({ sectionId: id, taskId: task.id }))),
        });
        return rows.map(({ id }) => id);
      });
      return find({ id: { in: ids } });
    },

    /** For an import that failed later on. */
    async remove(ids: string[]): Promise<void> {
      await prisma.section.deleteMany({ where: { id: { in: ids } } });
    },

    async setHeldOut(id: string, heldOut: boolean): Promise<void> {
      await prisma.section.update({ where: { id }, data: { heldOut } });
    },
  };
}
