/**
 * The floor: a server that knows no document and keeps nothing. It gathers the updates of one turn of its event loop and
 * hands them to everybody in the document, so what it shows is the clients, the sockets and the machine.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { answerCalls } from '../processes.ts';
import type { ServerCalls } from './serverCalls.ts';
import { tellingUsage } from './usage.ts';

interface Document {
  readonly sockets: Set<WebSocket>;
  waiting: Buffer[];
}

const documents = new Map<string, Document>();
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
let made = 0;

sockets.on('connection', (socket, { url = '/' }) => {
  const document = documents.get(url) ?? { sockets: new Set<WebSocket>(), waiting: [] };
  documents.set(url, document);
  document.sockets.add(socket);
  socket.send(new Uint8Array());
  socket.on('message', (frame: Buffer) => {
    document.waiting.push(frame);
    if (document.waiting.length === 1) setImmediate(hand, document);
  });
  socket.on('close', () => document.sockets.delete(socket));
});

function hand(document: Document): void {
  const frame = Buffer.concat(document.waiting);
  document.waiting = [];
  for (const socket of document.sockets) socket.send(frame);
}

answerCalls({
  async listen() {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { origin: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, token: '' };
  },
  makeDocuments: ({ count }) => Array.from({ length: count }, () => `document-${made++}`),
  epochOf: () => 0,
  ...tellingUsage,
} satisfies ServerCalls);
