/** The workbench: `/projects/:projectId/sections/:sectionId?task=…`. */
import { Suspense } from 'react';
import { Workbench } from '../../../../../workbench/Workbench.tsx';

export const metadata = { title: 'Workbench' };

export default async function WorkbenchPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return (
    <Suspense>
      <Workbench projectId={projectId} />
    </Suspense>
  );
}
