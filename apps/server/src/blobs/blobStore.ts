/** Where images, maps, models and exports lie. A key names its content for ever. Knows no project. */
export interface BlobStore {
  /**
   * Keep bytes under a new key that starts with `prefix/` and ends with `suffix` (`.png`); durable when it resolves.
   * @throws ProtocolError DISK_FULL
   */
  put(prefix: string, suffix: string, bytes: Uint8Array | NodeJS.ReadableStream): Promise<string>;
  /** @throws ProtocolError NOT_FOUND */
  get(key: string): Promise<Uint8Array>;
  /** @throws ProtocolError NOT_FOUND */
  stream(key: string): Promise<{ stream: NodeJS.ReadableStream; size: number }>;
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>;
}
