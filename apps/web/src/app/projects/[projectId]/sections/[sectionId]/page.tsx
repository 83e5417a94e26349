/** The workbench: `/projects/:projectId/sections/:sectionId?task=…`. */
import { WorkbenchPage } from '../../../../../workbench/WorkbenchPage.tsx';

export const metadata = { title: 'Workbench' };

export default async function Page({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return <WorkbenchPage projectId={projectId} />;
}
