/** One export: its state, its file, and the validator's rules with ticks. */
import type { ExportJob } from '@cotrace/protocol';
import { Button, Loader } from '@mantine/core';
import { IconCheck, IconDownload, IconMinus, IconX } from '@tabler/icons-react';
import { when } from '../../format/format.ts';
import { ErrorLine } from '../../shell/states.tsx';
import classes from './ExportsTab.module.css';
import { KIND_NAMES } from './exportKinds.ts';
import { verdictSentence } from './verdict.ts';

export function ExportRow({ job }: { job: ExportJob }) {
  return (
    <li className={classes.row} data-state={job.state}>
      <div className={classes.rowHead}>
        <span className={classes.rowTitle}>{job.fileName ?? KIND_NAMES[job.kind].title}</span>
        <span className={classes.quiet}>
          {KIND_NAMES[job.kind].title.toLowerCase()} · {when(job.createdAt)}
        </span>
        {job.state === 'running' && (
          <span className={classes.writing}>
            <Loader size={12} /> writing
          </span>
        )}
        {job.verdict && (
          <span
            className={classes.verdict}
            data-bad={job.verdict.some(({ passed }) => passed === false) || undefined}
          >
            {verdictSentence(job.verdict)}
          </span>
        )}
        {job.state === 'done' && job.downloadUrl && (
          <Button
            component="a"
            className={classes.end!}
            href={job.downloadUrl}
            download={job.fileName ?? true}
            variant="default"
            data-testid="download-export"
            leftSection={<IconDownload size={14} stroke={1.75} />}
          >
            Download
          </Button>
        )}
      </div>
      {job.state === 'failed' && (
        <ErrorLine error={new Error(job.error ?? 'The export failed and gave no reason. Write it again.')} />
      )}
      {job.verdict && job.verdict.length > 0 && (
        <details className={classes.rules} open={job.verdict.some(({ passed }) => passed === false)}>
          <summary>Rules</summary>
          <ul>
            {job.verdict.map(({ rule, passed, sentence }) => (
              <li key={rule} data-passed={passed === null ? 'unchecked' : passed}>
                <Tick passed={passed} />
                <span className={classes.rule}>{rule}</span>
                <span>{sentence}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

function Tick({ passed }: { passed: boolean | null }) {
  if (passed === null) return <IconMinus size={14} aria-label="not checked" />;
  return passed ? <IconCheck size={14} aria-label="kept" /> : <IconX size={14} aria-label="broken" />;
}
