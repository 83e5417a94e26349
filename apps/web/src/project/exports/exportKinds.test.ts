import { describe, expect, it } from 'vitest';
import { missingForSubmission } from './exportKinds.ts';

describe('a submission', () => {
  it('lacks nothing when the live model has seen every section', () => {
    expect(missingForSubmission({ sectionCount: 3 }, { liveModelId: 'm' }, 3)).toBeNull();
  });
  it('says what it lacks', () => {
    expect(missingForSubmission({ sectionCount: 3 }, { liveModelId: 'm' }, 1)).toContain('2 sections');
    expect(missingForSubmission({ sectionCount: 3 }, { liveModelId: null }, 0)).toContain(
      'a model that is live',
    );
    expect(missingForSubmission({ sectionCount: 0 }, { liveModelId: 'm' }, 0)).toContain('import');
  });
});
