export const MPICH_VERSION: string;
export function mpiFolder(): string;
