export interface SizedPackage {
  name: string;
  downloadBytes: number;
  diskBytes: number;
}
export function cudaPackages(metadata: string): (SizedPackage & { requirement: string })[];
export function bytesOf(packages: readonly Pick<SizedPackage, 'downloadBytes' | 'diskBytes'>[]): {
  downloadBytes: number;
  diskBytes: number;
};
export function usualCudaBytes(): { downloadBytes: number; diskBytes: number };
export function missingLibraries(lddOutput: string): string[];
export function buildFor(machine: { wanted?: string | undefined; card: boolean }): 'gpu' | 'cpu';
export function nvidiaCardOnBus(root?: string): boolean;
export function nvidiaDriverFiles(root?: string): boolean;
