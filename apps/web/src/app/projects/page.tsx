'use client';
import { useProjects } from '../../api/queries.ts';

export default function ProjectsPage() {
  const { data } = useProjects();
  return <p>{data?.length}</p>;
}
