import { Suspense } from 'react';
import { ProjectPage } from '../../../project/ProjectPage.tsx';

export default function Page() {
  return (
    <Suspense>
      <ProjectPage />
    </Suspense>
  );
}
