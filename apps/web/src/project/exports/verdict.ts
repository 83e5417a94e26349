/** The validator's rules in one sentence. Pure. */
import type { ExportJob } from '@cotrace/protocol';

export function verdictSentence(rules: NonNullable<ExportJob['verdict']>): string {
  const broken = rules.filter(({ passed }) => passed === false).length;
  const unchecked = rules.filter(({ passed }) => passed === null).length;
  const checked = rules.length - unchecked;
  const rest = unchecked > 0 ? `, ${unchecked} not checked` : '';
  if (broken > 0) return `breaks ${broken} of ${checked} rules${rest}`;
  return checked === 0
    ? 'not checked'
    : `keeps ${checked === 1 ? 'its one rule' : `all ${checked} rules`}${rest}`;
}
