/** Runs a graph through the native engine: writes the SavedModel to a folder of its own, loads every signature. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '@cotrace/engine';
import { type Graph, type Signature, savedModelBytes } from '@cotrace/graph';
import type { Tensor } from './eagerOps.ts';

export interface GraphSession<Name extends string> {
  /** Runs one signature. The caller disposes of what goes in and what comes out. */
  run(name: Name, inputs: Record<string, Tensor>): Record<string, Tensor>;
  dispose(): void;
}

/** What the native package adds to tfjs. */
interface LoadedModel {
  predict(inputs: Record<string, Tensor>): Record<string, Tensor>;
  dispose(): void;
}
interface NativeTf {
  node: { loadSavedModel(path: string, tags: string[], signature: string): Promise<LoadedModel> };
}

/** The TensorFlow that the engine installs, and its TF_GRAPH_DEF_VERSION. */
export const GRAPH_VERSIONS = { tensorflowVersion: '2.21.0', producer: 2474 } as const;

export async function openGraphSession<Name extends string>(
  engine: Engine,
  { graph, signatures }: { graph: Graph; signatures: Record<Name, Signature> },
): Promise<GraphSession<Name>> {
  const { node } = engine.tf as unknown as NativeTf;
  const folder = await mkdtemp(join(tmpdir(), 'cotrace-graph-'));
  try {
    const bytes = savedModelBytes(graph, signatures, GRAPH_VERSIONS);
    await writeFile(join(folder, 'saved_model.pb'), bytes);
    const models = new Map<Name, LoadedModel>();
    for (const name of Object.keys(signatures) as Name[]) {
      models.set(name, await node.loadSavedModel(folder, ['serve'], name));
    }
    return {
      run: (name, inputs) => models.get(name)!.predict(inputs),
      dispose() {
        for (const model of models.values()) model.dispose();
      },
    };
  } finally {
    // The session holds the graph in memory by now.
    await rm(folder, { recursive: true, force: true });
  }
}
