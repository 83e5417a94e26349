'use client';
/** Sending files with progress, which `fetch` cannot tell. Answers and errors are those of the typed client. */
import { type CallResult, errorBody, RemoteError, routes, routeUrl } from '@cotrace/protocol';

export interface UploadProgress {
  sentBytes: number;
  totalBytes: number;
}

/** @throws RemoteError with the server's sentence; `ABORTED` when `signal` ended it. */
export function uploadSections(options: {
  projectId: string;
  /** Of the labels, if there are any. */
  taskId: string;
  files: readonly { name: string; file: File }[];
  onProgress: (progress: UploadProgress) => void;
  signal: AbortSignal;
}): Promise<CallResult<'importSections'>> {
  const { projectId, taskId, files, onProgress, signal } = options;
  const form = new FormData();
  for (const { name, file } of files) form.append('files', file, name);
  const request = new XMLHttpRequest();
  const answered = new Promise<CallResult<'importSections'>>((done, failed) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress({ sentBytes: loaded, totalBytes: total });
    request.onerror = () =>
      failed(
        new RemoteError(
          'UNREACHABLE',
          0,
          'The upload broke off: the server does not answer. Nothing was kept; try again.',
        ),
      );
    request.onabort = () =>
      failed(new RemoteError('ABORTED', 0, 'The import was stopped. Nothing was kept.'));
    request.onload = () => {
      const body: unknown = jsonOf(request.responseText);
      if (request.status >= 200 && request.status < 300) {
        done(routes.importSections.response.parse(body));
        return;
      }
      const parsed = errorBody.safeParse(body);
      failed(
        parsed.success
          ? new RemoteError(parsed.data.code, request.status, parsed.data.message, parsed.data.details)
          : new RemoteError(
              'UNREACHABLE',
              request.status,
              `The server answered with status ${request.status} and no reason.`,
            ),
      );
    };
  });
  signal.addEventListener('abort', () => request.abort(), { once: true });
  request.open(
    routes.importSections.method,
    `${routeUrl('importSections', { projectId })}?taskId=${encodeURIComponent(taskId)}`,
  );
  request.send(form);
  return answered;
}

/** Undefined for what is no JSON: a proxy's page, an empty answer. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
