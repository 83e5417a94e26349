/** Rows that a mask needs around it in a real database. */
import type { PrismaClient } from '../../store/database.ts';

let count = 0;

/** A mask of 300 x 200 pixels and the labels 1 and 2 in a project of its own; returns its id. */
export async function addMask(prisma: PrismaClient): Promise<string> {
  const project = await prisma.project.create({ data: { name: `Project ${count++}` } });
  const section = await prisma.section.create({
    data: {
      projectId: project.id,
      position: 0,
      name: '000',
      width: 300,
      height: 200,
      bitDepth: 8,
      original: 'original',
      display: 'display',
      thumbnail: 'thumbnail',
    },
  });
  const labels = [1, 2].map((value) => ({ value, name: `label ${value}`, color: '#ff0000', gray: value }));
  const task = await prisma.task.create({
    data: { projectId: project.id, name: 'Membrane', position: 0, labels, policy: {} },
  });
  const mask = await prisma.mask.create({ data: { sectionId: section.id, taskId: task.id } });
  return mask.id;
}

export async function addUser(prisma: PrismaClient, id = `user-${count++}`): Promise<string> {
  await prisma.user.create({ data: { id, name: id, email: `${id}@example.org` } });
  return id;
}
