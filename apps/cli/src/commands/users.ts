/** `cotrace users`: who works on my projects, and as what. */
import type { Command } from 'commander';
import { clientOf, type ServerOptions, table, withServerOptions } from '../server.ts';
import type { Shell } from '../shell.ts';

interface User {
  userId: string;
  name: string;
  email: string;
  roles: { project: string; role: string }[];
}

export function addUsers(program: Command, shell: Shell): void {
  withServerOptions(program.command('users'))
    .description('List the people of your projects with their roles')
    .addHelpText('after', '\nExample:\n  cotrace users --server http://localhost:4680 --token T')
    .action(async (options: ServerOptions) => {
      const client = clientOf(options, shell);
      const users = new Map<string, User>();
      for (const project of await client.call('listProjects', {})) {
        const people = await client.call('listPeople', { params: { projectId: project.id } });
        for (const { userId, name, email, role } of people) {
          const user = users.get(userId) ?? { userId, name, email, roles: [] };
          user.roles.push({ project: project.name, role });
          users.set(userId, user);
        }
      }
      if (options.json) {
        shell.print(JSON.stringify([...users.values()]));
        return;
      }
      const rows = [...users.values()].map(({ name, email, roles }) => [
        name,
        email,
        roles.map(({ project, role }) => `${role} of "${project}"`).join(', '),
      ]);
      for (const line of table(rows)) shell.print(line);
    });
}
