/** What is used of jsfive, which comes without types. */
declare module 'jsfive' {
  export class Group {
    readonly keys: string[];
    readonly attrs: Record<string, unknown>;
    /** Throws a text where there is nothing of that name. */
    get(path: string): Group | Dataset;
  }
  export class Dataset {
    readonly shape: number[];
    readonly dtype: string;
    /** All values, row by row. */
    readonly value: number[];
  }
  export class File extends Group {
    constructor(bytes: ArrayBuffer, name: string);
  }
}
