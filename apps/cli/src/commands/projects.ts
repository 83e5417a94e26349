/** `cotrace projects`: the projects that I belong to. */
import type { Command } from 'commander';
import { clientOf, type ServerOptions, table, withServerOptions } from '../server.ts';
import type { Shell } from '../shell.ts';

export function addProjects(program: Command, shell: Shell): void {
  withServerOptions(program.command('projects'))
    .description('List the projects that you belong to')
    .addHelpText('after', '\nExample:\n  cotrace projects --server http://localhost:4680 --token T')
    .action(async (options: ServerOptions) => {
      const projects = await clientOf(options, shell).call('listProjects', {});
      if (options.json) shell.print(JSON.stringify(projects));
      else {
        const rows = projects.map(({ name, id, myRole, sectionCount, tasks }) => [
          name,
          id,
          myRole,
          `${sectionCount} sections`,
          tasks.map((task) => task.name).join(', '),
        ]);
        for (const line of table(rows)) shell.print(line);
      }
    });
}
