/** Exports in the database. Knows the key of a file, not the file. */
import { type ExportJob, labelTable } from '@cotrace/protocol';
import type { PrismaClient } from './database.ts';

export type ExportKind = ExportJob['kind'];
export type Verdict = NonNullable<ExportJob['verdict']>;

export interface ExportRow {
  id: string;
  taskId: string;
  kind: ExportKind;
  state: ExportJob['state'];
  fileName: string | null;
  blob: string | null;
  error: string | null;
  verdict: Verdict | null;
  createdAt: Date;
}

/** See {@link ExportStore.material}. */
export type ExportMaterial = Awaited<ReturnType<ExportStore['material']>>;
export type ExportStore = ReturnType<typeof createExportStore>;

export function createExportStore(prisma: PrismaClient) {
  const rowOf = (row: Record<keyof ExportRow, unknown>) => row as unknown as ExportRow;
  return {
    list: async (taskId: string): Promise<ExportRow[]> =>
      (await prisma.export.findMany({ where: { taskId }, orderBy: { createdAt: 'desc' } })).map(rowOf),

    async get(id: string): Promise<ExportRow | undefined> {
      const row = await prisma.export.findUnique({ where: { id } });
      return row ? rowOf(row) : undefined;
    },

    create: async (taskId: string, kind: ExportKind): Promise<ExportRow> =>
      rowOf(await prisma.export.create({ data: { taskId, kind } })),

    /** False: the export was deleted meanwhile, with its project. */
    async finish(
      id: string,
      file: { fileName: string; blob: string; verdict: Verdict | null },
    ): Promise<boolean> {
      const { verdict, ...rest } = file;
      const changed = await prisma.export.updateMany({
        where: { id },
        data: { ...rest, state: 'done', ...(verdict ? { verdict } : {}) },
      });
      return changed.count > 0;
    },

    async fail(id: string, error: string): Promise<void> {
      await prisma.export.updateMany({ where: { id }, data: { state: 'failed', error } });
    },

    /** Exports that a server was writing when it ended. */
    async failLeftovers(error: string): Promise<void> {
      await prisma.export.updateMany({ where: { state: 'running' }, data: { state: 'failed', error } });
    },

    /** What an export of a task is made of: sections in stack order, with the live model's map and the mask. */
    async material(taskId: string) {
      const task = await prisma.task.findUniqueOrThrow({
        where: { id: taskId },
        include: { project: { select: { id: true, name: true } } },
      });
      const sections = await prisma.section.findMany({
        where: { projectId: task.projectId },
        orderBy: { position: 'asc' },
        include: {
          masks: { where: { taskId } },
          maps: { where: { modelId: task.liveModelId ?? '' } },
        },
      });
      return {
        taskName: task.name,
        projectName: task.project.name,
        projectId: task.project.id,
        labels: labelTable.parse(task.labels),
        liveModelId: task.liveModelId,
        sections: sections.map(({ maps, masks, ...section }) => ({
          name: section.name,
          index: section.position,
          width: section.width,
          height: section.height,
          original: section.original,
          maskId: masks[0]?.id,
          labelledPixels: masks[0]?.labelledPixels ?? 0,
          /** Published with its regions; before that the two maps may not both be there. */
          probability: maps[0]?.regions ? maps[0].probability : undefined,
        })),
      };
    },
  };
}
