/** Everything of one project shares one live connection: its tabs and the workbench. */
import type { ReactNode } from 'react';
import { ProjectLive } from '../../../live/ProjectLive.tsx';

export default async function ProjectLayout({
  children,
  params,
}: {
  children: ReactNode;
  params: Promise<{ projectId: string }>;
}) {
  const { projectId } = await params;
  return <ProjectLive projectId={projectId}>{children}</ProjectLive>;
}
