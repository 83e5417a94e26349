/** The project that a new owner opens to: tissue that the product draws itself, some of it labelled. Drawn once. */
import { type TissueSection, tissueSections } from '@cotrace/tissue';
import { OWNER } from '../access/accountHandlers.ts';
import type { Log } from '../log.ts';
import { defaultPolicy, labelsFor } from '../projects/standardTasks.ts';
import type { IncomingSection, SectionIntake } from '../sections/sectionIntake.ts';
import type { ProjectStore } from '../store/projectStore.ts';

const TISSUE = { seed: 20_26, width: 512, height: 512, sections: 12 };

/** Labelled from the start: enough to train on at once, and two that only judge. The rest is for painting. */
const LABELLED = [0, 1, 2];
const HELD_OUT = [10, 11];

/** Small and quick, so that one sees the loop close on two cores within two minutes. */
const RECIPE = { preset: 'default', base: 8, depth: 3, tile: 128, batch: 4, budgetSeconds: 40 } as const;
const RETRAIN_AFTER_PIXELS = 6000;

/** Nothing happens when there is a project already. */
export async function createDemo(deps: {
  projects: ProjectStore;
  intake: SectionIntake;
  log: Log;
}): Promise<void> {
  const { projects, intake, log } = deps;
  if ((await projects.count()) > 0) return;
  const started = Date.now();
  const policy = { ...defaultPolicy(), recipe: RECIPE, retrainAfterPixels: RETRAIN_AFTER_PIXELS };
  const project = await projects.create(
    OWNER.id,
    'Demo: neuropil',
    ['Membrane', 'Mitochondrion'].map((name) => ({ name, labels: labelsFor(name, undefined), policy })),
  );
  const [membrane, mitochondrion] = project.tasks;
  const sections = [...tissueSections(TISSUE)].map((drawn, index): IncomingSection => {
    const labelled = LABELLED.includes(index) || HELD_OUT.includes(index);
    const plane = (taskId: string, gray: Uint8Array) => ({
      taskId,
      // Black is label 1 and white is label 2 in both tasks.
      values: async () => gray.map((value) => (value === 0 ? 1 : 2)),
    });
    return {
      name: `${index}.png`,
      heldOut: HELD_OUT.includes(index),
      image: async () => imageOf(drawn),
      labels: labelled
        ? [plane(membrane!.id, drawn.membrane), plane(mitochondrion!.id, drawn.mitochondrion)]
        : [],
    };
  });
  await intake.add(project.id, sections);
  log.info('the demo project is drawn', { seconds: (Date.now() - started) / 1000 });
}

function imageOf({ image }: TissueSection) {
  return { width: TISSUE.width, height: TISSUE.height, bitDepth: 8, data: image } as const;
}
