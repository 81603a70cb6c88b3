// Vite's dev server for the app in this folder, behind a proxy that has the page's port: node tests/consumers/vite-dev.mjs PORT
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const port = Number(process.argv[2]);
const { resolve } = createRequire(`${process.cwd()}/`);
const { createServer } = await import(pathToFileURL(resolve("vite")));

// The proxy passes no web sockets on, so the page is told where Vite's is.
const server = await createServer({ server: { host: "127.0.0.1", port, strictPort: true, hmr: { clientPort: port } } });
await server.listen();
