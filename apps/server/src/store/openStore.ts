/** Everything that the server keeps in the database, by area. The one place where the areas' stores are put together. */
import { createAccountStore } from './accountStore.ts';
import { createAuthDatabase } from './authDatabase.ts';
import { createPrisma } from './database.ts';
import { createExportStore } from './exportStore.ts';
import { createHistoryStore } from './historyStore.ts';
import { createInvitationStore } from './invitationStore.ts';
import { createPrismaJobsStore } from './prismaJobsStore.ts';
import { createPrismaRoomStore } from './prismaRoomStore.ts';
import { createProjectStore } from './projectStore.ts';
import { createSectionStore } from './sectionStore.ts';

export type Store = ReturnType<typeof openStore>;

export function openStore(databaseUrl: string) {
  const prisma = createPrisma(databaseUrl);
  return {
    accounts: createAccountStore(prisma),
    auth: createAuthDatabase(prisma),
    invitations: createInvitationStore(prisma),
    projects: createProjectStore(prisma),
    sections: createSectionStore(prisma),
    exports: createExportStore(prisma),
    history: createHistoryStore(prisma),
    rooms: createPrismaRoomStore(prisma),
    jobs: createPrismaJobsStore(prisma),
    close: () => prisma.$disconnect(),
  };
}
