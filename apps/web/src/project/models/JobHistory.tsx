/** Runs that have ended: when, why, how long, and what went wrong. */
import type { Job } from '@cotrace/protocol';
import { Table } from '@mantine/core';
import { duration, when } from '../../format/format.ts';
import { jobTitle, REASONS } from '../../jobs/jobSentence.ts';
import classes from './ModelsTab.module.css';

const SHOWN = 12;

export function JobHistory({ jobs }: { jobs: readonly Job[] }) {
  return (
    <>
      <h2 className={classes.heading}>Training runs</h2>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={150}>Asked</Table.Th>
            <Table.Th w={150}>Because</Table.Th>
            <Table.Th w={110} className={classes.number!}>
              Took
            </Table.Th>
            <Table.Th w={110}>State</Table.Th>
            <Table.Th>Trainer</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.slice(0, SHOWN).map((job) => (
            <Table.Tr key={job.id}>
              <Table.Td>{when(job.createdAt)}</Table.Td>
              <Table.Td>{REASONS[job.reason]}</Table.Td>
              <Table.Td className={classes.number!}>{took(job)}</Table.Td>
              <Table.Td c={job.state === 'failed' ? 'orange.4' : 'dark.0'}>{jobTitle(job)}</Table.Td>
              <Table.Td c="dark.1">
                {[job.trainer, job.attempts > 1 && `${job.attempts} attempts`, job.error]
                  .filter(Boolean)
                  .join(' · ')}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

function took({ startedAt, finishedAt }: Job): string {
  if (!startedAt || !finishedAt) return '–';
  return duration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
}
