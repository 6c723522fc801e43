/**
 * Receives web hooks: verifies who sent each message, drops what came before, and prints every change of a status.
 *
 *   WEB_HOOK_SECRET=whsec_… npx node examples/receive.ts [port]
 */
import { createServer, type IncomingMessage } from 'node:http';
import { Webhook } from 'standardwebhooks';

type Message = {
  type: string;
  timestamp: string;
  data: { tenant: { displayName: string }; previousStatus: string; status: string };
};

const port = Number(process.argv[2] ?? 4200);
const verifier = new Webhook(process.env.WEB_HOOK_SECRET ?? '');
/** A program that has to remember over a restart keeps these where it keeps what it does with the messages. */
const seen = new Set<string>();

createServer((request, response) => {
  receive(request).then(
    () => response.writeHead(204).end(),
    (error: unknown) => response.writeHead(400).end(String(error)),
  );
}).listen(port, '127.0.0.1', () => console.log(`Receiving at http://127.0.0.1:${port}/`));

/** What throws is sent again later. */
async function receive(request: IncomingMessage): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const message = verifier.verify(
    Buffer.concat(chunks).toString(),
    request.headers as Record<string, string>,
  ) as Message;
  const id = String(request.headers['webhook-id']);
  if (seen.has(id)) return;
  if (message.type === 'TENANT_STATUS_CHANGED') {
    const { tenant, previousStatus, status } = message.data;
    console.log(`${message.timestamp} ${tenant.displayName}: ${previousStatus} -> ${status}`);
  }
  seen.add(id);
}
