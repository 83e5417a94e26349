/** The version of Cotrace, from the root's package.json. */
import root from '../../../package.json' with { type: 'json' };

export const VERSION: string = root.version;
