/** What somebody sends who may only look: answers, but no paint. Knows no document. */
import { MaskDocError } from '@cotrace/mask-doc';
import { ProtocolError } from '@cotrace/protocol';

/**
 * Readers answer SyncStep1 like everybody: an update without news is no attempt to paint. Throws ProtocolError FORBIDDEN;
 * MaskDocError where the bytes are no update at all.
 */
export function refuseReadersNews(bringsNews: () => boolean): void {
  let isPaint: boolean;
  try {
    isPaint = bringsNews();
  } catch (error) {
    if (!(error instanceof MaskDocError)) throw error;
    if (error.code === 'UPDATE_MALFORMED' || error.code === 'UPDATE_TOO_LARGE') throw error;
    isPaint = true;
  }
  if (isPaint) throw new ProtocolError('FORBIDDEN');
}
